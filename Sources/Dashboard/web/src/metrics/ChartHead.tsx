import { useSyncExternalStore } from "react";
import type { Sample } from "../api/types";
import { sampleAt } from "./chartGeometry";
import type { ChartDefinition } from "./chartDefinitions";
import { crosshair } from "./Crosshair";

interface Props {
  definition: ChartDefinition;
  samples: readonly Sample[];
  times: readonly number[];
  resolution: number;
}

/// The title, and what each line says at the crosshair, or else now.
export function ChartHead({ definition, samples, times, resolution }: Props) {
  const time = useSyncExternalStore(crosshair.subscribe, crosshair.get);
  const sample = time === null ? samples[samples.length - 1] : samples[sampleAt(times, time, resolution)];
  return (
    <div className="chart-head">
      <h3 title={definition.help}>{definition.title}</h3>
      <dl>
        {definition.series.map(({ label, color, value }) => {
          const shown = sample ? value(sample) : null;
          return (
            <div key={label}>
              <dt>
                <svg width="8" height="8" aria-hidden="true">
                  <rect className="swatch" data-color={color} width="8" height="8" rx="2" />
                </svg>
                {label}
              </dt>
              <dd className="number">{shown === null ? "–" : definition.format(shown)}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
