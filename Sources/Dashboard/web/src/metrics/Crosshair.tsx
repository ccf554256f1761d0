import { useSyncExternalStore } from "react";
import { Store } from "../api/Store";
import { formatClock } from "../format/instant";
import { sampleAt, type Point, type Scale } from "./chartGeometry";
import type { ChartDefinition } from "./chartDefinitions";

/// The time that is looked at, in all charts at once.
export const crosshair = new Store<number | null>(null);

interface Props {
  definition: ChartDefinition;
  series: Point[][];
  times: readonly number[];
  resolution: number;
  scale: Scale;
  height: number;
}

export function Crosshair({ definition, series, times, resolution, scale, height }: Props) {
  const time = useSyncExternalStore(crosshair.subscribe, crosshair.get);
  if (time === null) return null;
  const index = sampleAt(times, time, resolution);
  const at = times[index] ?? time;
  const x = scale.x(at);
  const isRight = x > 60;
  return (
    <g>
      <line className="crosshair" x1={x} x2={x} y1={0} y2={height} />
      <text className="crosshair-time" x={x + (isRight ? -5 : 5)} textAnchor={isRight ? "end" : "start"} y={10}>
        {formatClock(at)}
      </text>
      {series.map((points, line) => {
        const value = points[index]?.value;
        if (value === null || value === undefined) return null;
        return <circle key={line} className="crosshair-dot" data-color={definition.series[line]?.color} cx={x} cy={scale.y(value)} r="3" />;
      })}
    </g>
  );
}
