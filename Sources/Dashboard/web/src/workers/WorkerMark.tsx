import { StateIcon } from "../ui/StateBadge";

/// Connected, or lost and given a little time to come back.
export function WorkerMark({ isConnected }: { isConnected: boolean }) {
  return (
    <span className="state" data-state={isConnected ? "COMPLETED" : "PENDING"} title={isConnected ? "connected" : "lost"}>
      <StateIcon state={isConnected ? "COMPLETED" : "PENDING"} />
      <span className="hidden-label">{isConnected ? "connected" : "lost"}</span>
    </span>
  );
}
