import { workflowStates, type CountAnswer, type WorkflowState } from "../api/types";
import { formatCount } from "../format/number";
import { stateTitles, StateIcon } from "../ui/StateBadge";

interface Props {
  counts: CountAnswer | null;
  selected: readonly WorkflowState[];
  onChange: (states: WorkflowState[]) => void;
}

export function StateToggles({ counts, selected, onChange }: Props) {
  const total = counts && workflowStates.reduce((sum, state) => sum + counts.counts[state], 0);
  const more = counts && !counts.isComplete ? "+" : "";

  function toggle(state: WorkflowState) {
    const isOn = selected.includes(state);
    onChange(workflowStates.filter((other) => (other === state ? !isOn : selected.includes(other))));
  }

  return (
    <div className="toggles" role="group" aria-label="States">
      <button type="button" className="toggle" aria-pressed={selected.length === 0} onClick={() => onChange([])}>
        <span className="toggle-title">All</span>
        <Count value={total} more={more} />
      </button>
      {workflowStates.map((state) => (
        <button key={state} type="button" className="toggle" data-state={state} aria-pressed={selected.includes(state)} onClick={() => toggle(state)}>
          <span className="toggle-title">
            <StateIcon state={state} />
            {stateTitles[state]}
          </span>
          <Count value={counts && counts.counts[state]} more={more} />
        </button>
      ))}
    </div>
  );
}

function Count({ value, more }: { value: number | null; more: string }) {
  return <span className="toggle-count number">{value === null ? <span className="skeleton" /> : formatCount(value) + more}</span>;
}
