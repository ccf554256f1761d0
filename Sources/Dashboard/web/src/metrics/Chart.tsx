import { memo, useMemo, useRef, type PointerEvent } from "react";
import { formatClock } from "../format/instant";
import { useWidth } from "../ui/useWidth";
import { areaPath, axis, linePath, timeTicks, type Point, type Scale } from "./chartGeometry";
import type { ChartDefinition } from "./chartDefinitions";
import { ChartHead } from "./ChartHead";
import { Crosshair, crosshair } from "./Crosshair";
import type { Metrics } from "./MetricsStore";

const height = 132;
const inset = { top: 8, right: 8, bottom: 20, left: 52 };

interface Props {
  definition: ChartDefinition;
  metrics: Metrics;
  times: readonly number[];
}

export const Chart = memo(function Chart({ definition, metrics, times }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const { samples, resolutionMilliseconds: resolution, spanMilliseconds } = metrics;
  const end = times[times.length - 1] ?? Date.now();
  const start = end - spanMilliseconds;

  const series = useMemo(
    () => definition.series.map(({ value }) => samples.map((sample, index): Point => ({ time: times[index] ?? 0, value: value(sample) }))),
    [definition, samples, times],
  );
  const ticks = useMemo(() => axis(maximumOf(series), definition.isWhole ?? false), [series, definition]);
  const top = ticks[ticks.length - 1] || 1;
  const scale: Scale = {
    x: (time) => inset.left + ((time - start) / (end - start)) * (width - inset.left - inset.right),
    y: (value) => height - inset.bottom - (value / top) * (height - inset.top - inset.bottom),
  };

  function point(event: PointerEvent<HTMLElement>) {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left - inset.left;
    crosshair.set(start + (left / (width - inset.left - inset.right)) * (end - start));
  }

  return (
    <section className="chart" aria-label={definition.title}>
      <ChartHead definition={definition} samples={samples} times={times} resolution={resolution} />
      <div ref={box} className="chart-plot" onPointerMove={point} onPointerDown={point} onPointerLeave={() => crosshair.set(null)}>
        {width > 0 && (
          <svg width={width} height={height} aria-hidden="true">
            {ticks.map((tick) => (
              <g key={tick}>
                <line className="tick" x1={inset.left} x2={width - inset.right} y1={scale.y(tick)} y2={scale.y(tick)} />
                <text className="tick-label" textAnchor="end" x={inset.left - 8} y={scale.y(tick) + 4}>
                  {tick === 0 ? "0" : (definition.formatTick ?? definition.format)(tick)}
                </text>
              </g>
            ))}
            {timeTicks(start, end, width).map((time) => (
              <text key={time} className="tick-label" textAnchor="middle" x={scale.x(time)} y={height - 5}>
                {formatClock(time).slice(0, 5)}
              </text>
            ))}
            <Shapes definition={definition} series={series} resolution={resolution} scale={scale} />
            <Crosshair definition={definition} series={series} times={times} resolution={resolution} scale={scale} height={height - inset.bottom} />
          </svg>
        )}
      </div>
    </section>
  );
});

function Shapes({ definition, series, resolution, scale }: { definition: ChartDefinition; series: Point[][]; resolution: number; scale: Scale }) {
  const isBand = definition.look === "band";
  return (
    <>
      {definition.look === "area" && series[0] && <path className="chart-area" d={areaPath(series[0], null, resolution, scale)} />}
      {isBand && series[2] && series[1] && <path className="chart-band" data-color="c" d={areaPath(series[2], series[1], resolution, scale)} />}
      {isBand && series[1] && series[0] && <path className="chart-band" data-color="b" d={areaPath(series[1], series[0], resolution, scale)} />}
      {series.map((points, index) => (
        <path key={index} className="chart-line" data-color={definition.series[index]?.color} d={linePath(points, resolution, scale)} />
      ))}
    </>
  );
}

function maximumOf(series: Point[][]): number {
  let maximum = 0;
  for (const points of series) for (const { value } of points) if (value !== null && value > maximum) maximum = value;
  return maximum;
}
