import { useState, type FormEvent } from "react";
import { postText, workflowPath } from "../api/client";
import type { Status } from "../api/types";
import { toast } from "../app/toastStore";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { ErrorBox } from "../ui/ErrorBox";
import { isJson, JsonField } from "../ui/JsonField";

interface Props {
  status: Status;
  onClose: () => void;
  onDone: () => void;
}

export function SignalDialog({ status, onClose, onDone }: Props) {
  const awaited = status.pending.filter(({ kind }) => kind === "SIGNAL").map(({ name }) => name);
  const [name, setName] = useState(awaited[0] ?? "");
  const [payload, setPayload] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  async function send(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      const members = [`"name":${JSON.stringify(name.trim())}`];
      if (payload.trim() !== "") members.push(`"payload":${payload}`);
      await postText(workflowPath(status.id, "/signal"), `{${members.join(",")}}`);
      toast("completed", `Sent the signal ${name.trim()}.`);
      onClose();
      onDone();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <Dialog title="Send a signal" onClose={onClose}>
      <form onSubmit={send} style={{ display: "grid", gap: 16 }}>
        <div className="field">
          <label htmlFor="signal-name">Name</label>
          <input id="signal-name" className="input" autoFocus spellCheck={false} autoComplete="off" value={name} list="signal-names" onChange={(event) => setName(event.target.value)} />
          <datalist id="signal-names">
            {awaited.map((option) => (
              <option key={option} value={option} />
            ))}
          </datalist>
          <span className="field-note">{awaited.length > 0 ? `It waits for ${awaited.join(", ")}.` : "It waits for none now; the signal is kept until it does."}</span>
        </div>
        <JsonField label="Payload" note="JSON; nothing means null" value={payload} onChange={setPayload} />
        {error !== null && <ErrorBox error={error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" disabled={isBusy || name.trim() === "" || !isJson(payload)}>
            Send signal
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
