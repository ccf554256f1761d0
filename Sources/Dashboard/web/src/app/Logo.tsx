/// An A whose bar is an orbit.
export function Logo() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2.200" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M5 20.500 12 3.500l7 17" />
      <path d="M2 15.200c5.200 3.400 15.300 1.900 19.300-4.100" strokeWidth="1.800" />
      <circle cx="21.300" cy="10.300" r="1.900" fill="currentColor" stroke="none" />
    </svg>
  );
}
