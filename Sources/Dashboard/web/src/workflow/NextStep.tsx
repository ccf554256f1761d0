import { useState } from "react";
import { navigate } from "../app/router";
import { Button } from "../ui/Button";
import type { Run } from "./Run";
import { SignalDialog } from "./SignalDialog";
import { selectOperation } from "./useSelectedEntry";

/// What one would do next about where a run is: see why it failed, send what it waits for, look for a worker.
export function NextStep({ run, isFile }: { run: Run; isFile: boolean }) {
  const [isSignalling, setSignalling] = useState(false);
  const { status, index } = run;
  if (!status) return null;
  if (status.state === "FAILED") {
    const culprit = [...index.operations].reverse().find(({ outcome }) => outcome === "failed");
    return culprit ? <Button onClick={() => selectOperation(culprit)}>Show where</Button> : null;
  }
  if (isFile || status.completedAt !== null) return null;
  if (status.pending.some(({ kind }) => kind === "SIGNAL")) {
    return (
      <>
        <Button icon="signal" onClick={() => setSignalling(true)}>
          Send it
        </Button>
        {isSignalling && <SignalDialog status={status} onClose={() => setSignalling(false)} onDone={() => undefined} />}
      </>
    );
  }
  if (status.worker === null) return <Button onClick={() => navigate("/workers")}>See the workers</Button>;
  return null;
}
