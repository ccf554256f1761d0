export function MetricsPage() { return <div className="page"><h1>MetricsPage</h1></div>; }
