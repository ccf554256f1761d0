import { useState } from "react";
import type { Worker } from "../api/types";
import { setQuery, useQuery } from "../app/router";
import { formatCount } from "../format/number";
import { Icon } from "../ui/Icon";
import { Instant } from "../ui/Instant";
import { WorkerMark } from "./WorkerMark";

export function WorkerTable({ workers }: { workers: Worker[] | null }) {
  const chosen = useQuery().get("worker");
  return (
    <div className="grid-table worker-table" role="table" aria-label="Workers" aria-busy={workers === null}>
      <div className="grid-head" role="row">
        {["Worker", "Language", "Load", "Waiting runs", "Connected", "Last heard"].map((title) => (
          <span key={title} role="columnheader">
            {title}
          </span>
        ))}
      </div>
      {workers === null
        ? [0, 1, 2].map((index) => (
            <div key={index} className="grid-row" role="row">
              <span className="skeleton" style={{ width: 120 }} />
            </div>
          ))
        : workers.map((worker) => <WorkerRow key={worker.id} worker={worker} isOpen={worker.id === chosen} />)}
    </div>
  );
}

const shownOffers = 6;

function WorkerRow({ worker, isOpen }: { worker: Worker; isOpen: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const offers = isOpen || isWhole ? worker.offers : worker.offers.slice(0, shownOffers);
  const hidden = worker.offers.length - offers.length;
  return (
    <div className="grid-row worker-row" role="row" data-chosen={isOpen} onClick={() => setQuery({ worker: isOpen ? null : worker.id })}>
      <span role="cell" className="worker-name">
        <WorkerMark isConnected={worker.isConnected} />
        <span className="mono">{worker.id}</span>
        {worker.isPlain && <span className="tag">plain</span>}
        {worker.service !== null && <span className="tag">{worker.service}</span>}
        {worker.group !== null && <span className="tag">{worker.group}</span>}
      </span>
      <span role="cell" data-title="Language">
        {worker.languages.join(", ") || "unknown"}
      </span>
      <span role="cell" data-title="Load" className="worker-load">
        <Load held={worker.held} capacity={worker.capacity} />
        <span className="number">
          {formatCount(worker.held)} <span className="quiet">of {formatCount(worker.capacity)}</span>
        </span>
      </span>
      <span role="cell" data-title="Waiting runs" className="number">
        {formatCount(worker.waiting)}
      </span>
      <span role="cell" data-title="Connected" className="quiet">
        {worker.disconnectedAt !== null ? (
          <>
            lost <Instant at={worker.disconnectedAt} />
          </>
        ) : (
          worker.connectedAt !== null && <Instant at={worker.connectedAt} />
        )}
      </span>
      <span role="cell" data-title="Last heard" className="quiet">
        <Instant at={worker.lastHeardAt} />
      </span>
      <span role="cell" className="offers">
        {offers.map((offer) => (
          <span key={`${offer.kind} ${offer.name}`} className="offer" title={offer.kind === "WORKFLOW" ? "workflow" : "activity"}>
            <Icon name={offer.kind === "WORKFLOW" ? "workflows" : "activity"} size={12} />
            {offer.name}
          </span>
        ))}
        {hidden > 0 && (
          <button
            type="button"
            className="json-more"
            onClick={(event) => {
              event.stopPropagation();
              setWhole(true);
            }}
          >
            {hidden} more
          </button>
        )}
      </span>
    </div>
  );
}

function Load({ held, capacity }: { held: number; capacity: number }) {
  const share = capacity === 0 ? 0 : Math.min(1, held / capacity);
  return (
    <span className="load" role="meter" aria-label="Load" aria-valuemin={0} aria-valuemax={capacity} aria-valuenow={held} data-full={share > 0.9}>
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
