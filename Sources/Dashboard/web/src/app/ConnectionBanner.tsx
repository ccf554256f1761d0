import { useSyncExternalStore } from "react";
import { connection } from "../api/connection";
import { liveStream } from "../api/liveStream";
import { formatClock } from "../format/instant";
import { Button } from "../ui/Button";
import { useSeconds } from "../ui/clock";
import { Icon } from "../ui/Icon";

/// Says that the server is gone, since when, and when it is tried again; or why it takes no work.
export function ConnectionBanner() {
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  useSeconds();
  if (state.lostAt !== null) {
    const seconds = state.retryAt === null ? 0 : Math.max(1, Math.ceil((state.retryAt - Date.now()) / 1_000));
    return (
      <div className="banner" role="alert">
        <Icon name="offline" />
        <span>
          <strong>The server is gone</strong> since {formatClock(state.lostAt)}: {state.problem}. What you see is from then;{" "}
          <span aria-hidden="true">{state.retryAt === null ? "trying again now…" : `trying again in ${seconds} s…`}</span>
        </span>
        <Button size="small" onClick={() => liveStream.retryNow()}>
          Try now
        </Button>
      </div>
    );
  }
  if (!state.isReady) {
    return (
      <div className="banner" data-tone="pending" role="alert">
        <Icon name="warning" />
        <span>
          <strong>The server takes no work:</strong> {state.notReadyReason ?? "it is starting or draining"}
        </span>
      </div>
    );
  }
  return null;
}
