import { useState, useSyncExternalStore } from "react";
import { address, post, remove, workflowPath } from "../api/client";
import { mayChange, mayDelete, serverInfo } from "../api/server";
import { isOpen, type Status } from "../api/types";
import { navigate } from "../app/router";
import { toast, toastError } from "../app/toastStore";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { ConfirmDialog } from "./ConfirmDialog";
import { SignalDialog } from "./SignalDialog";

type Asked = "cancel" | "terminate" | "signal" | "delete" | null;

/// What can be done to a workflow; each is asked about first.
export function Actions({ status, onDone }: { status: Status; onDone: () => void }) {
  const [asked, setAsked] = useState<Asked>(null);
  const server = useSyncExternalStore(serverInfo.subscribe, serverInfo.get);
  const may = mayChange(server);
  const open = isOpen(status.state);
  const close = () => setAsked(null);

  async function perform(action: () => Promise<unknown>, done: string) {
    try {
      await action();
      toast("completed", done);
      close();
      onDone();
    } catch (error) {
      toastError(error);
    }
  }

  function save() {
    const link = document.createElement("a");
    link.href = address(workflowPath(status.id, "/export"));
    link.download = "";
    link.click();
  }

  return (
    <div className="actions">
      {open && (
        <>
          <Button icon="signal" disabled={!may} onClick={() => setAsked("signal")}>
            Signal
          </Button>
          <Button icon="stop" disabled={!may || status.cancelRequested} onClick={() => setAsked("cancel")}>
            {status.cancelRequested ? "Cancelling" : "Cancel"}
          </Button>
        </>
      )}
      <Button icon="download" onClick={save}>
        Export
      </Button>
      <Menu
        label="More actions"
        items={[
          { title: "Terminate…", icon: "terminate", isDisabled: !open || !may, isDangerous: true, act: () => setAsked("terminate") },
          { title: "Delete…", icon: "trash", isDisabled: open || !mayDelete(server), isDangerous: true, act: () => setAsked("delete") },
        ]}
      />
      {asked === "signal" && <SignalDialog status={status} onClose={close} onDone={onDone} />}
      {asked === "cancel" && (
        <ConfirmDialog
          title="Cancel this workflow?"
          text={status.worker ? "Its code hears of it and may clean up before it ends. This can't be taken back." : "No worker has it, so it may have to wait for one; a pending one ends at once. This can't be taken back."}
          action="Cancel workflow"
          refuse="Keep it"
          onConfirm={() => perform(() => post(workflowPath(status.id, "/cancel")), "Asked to cancel.")}
          onClose={close}
        />
      )}
      {asked === "terminate" && (
        <ConfirmDialog
          title="Terminate this workflow?"
          text="It ends at once, without its code: nothing is cleaned up. Cancel is kinder, wherever it works."
          action="Terminate workflow"
          refuse="Keep it"
          typed="terminate"
          onConfirm={() => perform(() => post(workflowPath(status.id, "/terminate")), "Terminated.")}
          onClose={close}
        />
      )}
      {asked === "delete" && (
        <ConfirmDialog
          title="Delete this workflow?"
          text="Its journal, input and result are forgotten, and its id is free. Export it first to keep them."
          action="Delete workflow"
          refuse="Keep it"
          typed="delete"
          onConfirm={() =>
            perform(async () => {
              await remove(workflowPath(status.id));
              navigate("/");
            }, `Deleted ${status.id}.`)
          }
          onClose={close}
        />
      )}
    </div>
  );
}
