import type { Queue } from "../api/types";
import { formatCount } from "../format/number";
import { Icon } from "../ui/Icon";
import { Instant } from "../ui/Instant";

/// Most waiting first: that is where to look.
export function QueueTable({ queues }: { queues: Queue[] }) {
  const sorted = [...queues].sort((a, b) => b.depth - a.depth || a.name.localeCompare(b.name));
  return (
    <div className="grid-table queue-table" role="table" aria-label="Task queues">
      <div className="grid-head" role="row">
        {["Queue", "Waiting", "Oldest", "Served by", "Free capacity"].map((title) => (
          <span key={title} role="columnheader">
            {title}
          </span>
        ))}
      </div>
      {sorted.map((queue) => (
        <div key={`${queue.kind} ${queue.service} ${queue.name}`} className="grid-row" role="row">
          <span role="cell" className="worker-name">
            <Icon name={queue.kind === "WORKFLOW" ? "workflows" : "activity"} size={14} />
            <span>{queue.name}</span>
            {queue.service !== null && <span className="tag">{queue.service}</span>}
          </span>
          <span role="cell" data-title="Waiting" className="number">
            {queue.depth === 0 ? <span className="quiet">0</span> : <strong>{formatCount(queue.depth)}</strong>}
          </span>
          <span role="cell" data-title="Oldest" className="quiet">
            {queue.oldestAt === null ? "–" : <Instant at={queue.oldestAt} />}
          </span>
          <span role="cell" data-title="Served by" title={queue.workers.join(", ")}>
            {queue.workers.length === 0 ? <span className="nobody">nobody</span> : <span className="mono">{served(queue.workers)}</span>}
          </span>
          <span role="cell" data-title="Free capacity" className="number quiet">
            {formatCount(queue.freeCapacity)}
          </span>
        </div>
      ))}
    </div>
  );
}

function served(workers: string[]): string {
  return workers.length <= 2 ? workers.join(", ") : `${workers.slice(0, 2).join(", ")} and ${workers.length - 2} more`;
}
