import { useEffect, useSyncExternalStore } from "react";
import { useLive } from "../api/useLive";
import { useTitle } from "../app/useTitle";
import { counted } from "../format/number";
import { Empty } from "../ui/Empty";
import { ErrorBox } from "../ui/ErrorBox";
import { QueueTable } from "./QueueTable";
import { UnservedWarning } from "./UnservedWarning";
import { readWorkers, workersStore } from "./WorkersStore";
import { WorkerTable } from "./WorkerTable";

/// When a worker was last heard of changes without news.
const rereadMilliseconds = 5_000;

export function WorkersPage() {
  useTitle("Workers");
  const { answer, queues, error } = useSyncExternalStore(workersStore.subscribe, workersStore.get);
  useEffect(() => {
    void readWorkers();
    const timer = setInterval(() => document.hidden || void readWorkers(), rereadMilliseconds);
    return () => clearInterval(timer);
  }, []);
  useLive(["workers"], { onFrame: (frame) => frame.workers && void readWorkers(), onReset: () => void readWorkers() });

  const connected = answer?.workers.filter(({ isConnected }) => isConnected).length ?? 0;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Workers</h1>
        {answer && answer.workers.length > 0 && <span className="quiet number">{connected} connected</span>}
      </div>
      {error !== null && <ErrorBox error={error} onRetry={() => void readWorkers()} />}
      {answer && <UnservedWarning unserved={answer.unserved} />}
      {answer && answer.workers.length === 0 ? (
        <Empty icon="workers" title="No worker is connected" commands={["aether init my-app", "cd my-app && swift run"]}>
          <p>A worker is your program with the SDK in it. Started, it connects by itself and shows up here.</p>
        </Empty>
      ) : (
        <WorkerTable workers={answer?.workers ?? null} />
      )}
      {queues && queues.length > 0 && (
        <section className="queues" aria-label="Task queues">
          <div className="section-head">
            <h2>Task queues</h2>
            <span className="quiet number">{counted(queues.reduce((sum, { depth }) => sum + depth, 0), "task")} waiting</span>
          </div>
          <QueueTable queues={queues} />
        </section>
      )}
    </div>
  );
}
