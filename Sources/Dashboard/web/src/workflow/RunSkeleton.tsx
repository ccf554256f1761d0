/// Holds the place of a run while it is read.
export function RunSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading">
      <div className="run-kind">
        <span className="skeleton" style={{ width: 160 }} />
      </div>
      <div className="reason">
        <span className="skeleton" style={{ width: "min(420px, 80%)", height: 14 }} />
      </div>
      <div className="facts">
        {[88, 64, 72, 56].map((width) => (
          <div key={width}>
            <span className="skeleton" style={{ width }} />
          </div>
        ))}
      </div>
      <div style={{ height: 320 }} />
    </div>
  );
}
