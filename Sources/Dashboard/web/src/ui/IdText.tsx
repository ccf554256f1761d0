const tailLength = 8;
const longest = 20;

/// An id in a line: where there is no room its middle goes, since ids of one time differ at their ends.
export function IdText({ id }: { id: string }) {
  const characters = [...id];
  if (characters.length <= longest) return <span className="truncated">{id}</span>;
  return (
    <span className="id-text">
      <span>{characters.slice(0, -tailLength).join("")}</span>
      <span>{characters.slice(-tailLength).join("")}</span>
    </span>
  );
}
