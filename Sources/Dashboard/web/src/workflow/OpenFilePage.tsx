export function OpenFilePage() { return <div className="page"><h1>OpenFilePage</h1></div>; }
