import { formatDuration } from "../format/duration";
import type { FoldedTime } from "./timeFolds";

/// Where time is folded: over all rows, with how much is in it at the top.
export function FoldMarks({ folded, x, isLabelled = false }: { folded: FoldedTime; x: (time: number) => number; isLabelled?: boolean }) {
  return (
    <>
      {folded.folds.map(({ start, end }) => {
        const left = x(start);
        const width = x(end) - left;
        const text = formatDuration(end - start).split(" ").slice(0, 2).join(" ");
        return (
          <g key={start} className="fold">
            <rect className="fold-band" x={left} width={width} y={isLabelled ? 18 : 0} height="100%" />
            <line x1={left} x2={left} y1={isLabelled ? 18 : 0} y2="100%" />
            <line x1={left + width} x2={left + width} y1={isLabelled ? 18 : 0} y2="100%" />
            {isLabelled && width > text.length * 4 && (
              <text x={left + width / 2} y="13" textAnchor="middle">
                {text}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}
