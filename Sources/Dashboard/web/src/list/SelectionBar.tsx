import { useState, useSyncExternalStore } from "react";
import { post } from "../api/client";
import { mayChange, serverInfo } from "../api/server";
import { isOpen, type CancellationAnswer } from "../api/types";
import { toast, toastError } from "../app/toastStore";
import { counted } from "../format/number";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { list } from "./ListStore";

interface Props {
  selection: ReadonlySet<string>;
  onClear: () => void;
}

/// How many the server takes in one call.
const batchSize = 1_000;

/// What can be done with the rows that are selected.
export function SelectionBar({ selection, onClear }: Props) {
  const server = useSyncExternalStore(serverInfo.subscribe, serverInfo.get);
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const open = [...selection].filter((id) => {
    const row = list.pages.row(id);
    return !row || isOpen(row.state);
  });

  async function cancel() {
    setBusy(true);
    try {
      let refused: string[] = [];
      for (let start = 0; start < open.length; start += batchSize) {
        const ids = open.slice(start, start + batchSize);
        const { results } = await post<CancellationAnswer>("/workflow-cancellations", { ids });
        refused = refused.concat(results.flatMap(({ error }) => (error ? [error.message] : [])));
      }
      const done = open.length - refused.length;
      toast("completed", `Asked ${counted(done, "workflow")} to cancel.`);
      if (refused[0] !== undefined) toast("failed", `${counted(refused.length, "workflow")} could not be cancelled: ${refused[0]}`);
      onClear();
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
    setAsking(false);
  }

  if (selection.size === 0) return null;
  return (
    <div className="selection" role="region" aria-label="Selection">
      <strong className="number">{counted(selection.size, "workflow")} selected</strong>
      <Button size="small" icon="stop" disabled={open.length === 0 || !mayChange(server)} onClick={() => setAsking(true)}>
        {open.length === selection.size ? "Cancel…" : `Cancel the ${open.length} open…`}
      </Button>
      <Button size="small" look="plain" onClick={onClear}>
        Clear
      </Button>
      {isAsking && (
        <Dialog title={`Cancel ${counted(open.length, "workflow")}?`} onClose={() => setAsking(false)}>
          <p className="quiet">
            Each is asked to end. Those that run hear of it and may clean up first; those that no worker has end at once. This can't be
            taken back.
          </p>
          <div className="dialog-actions">
            <Button onClick={() => setAsking(false)}>Keep them</Button>
            <Button look="danger" disabled={isBusy} onClick={cancel}>
              Cancel {counted(open.length, "workflow")}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
