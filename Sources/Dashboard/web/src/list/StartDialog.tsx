import { useState, type FormEvent } from "react";
import { postText } from "../api/client";
import { navigate, workflowURL } from "../app/router";
import { toast } from "../app/toastStore";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { ErrorBox } from "../ui/ErrorBox";
import { JsonField, isJson } from "../ui/JsonField";
import { TypeFilter } from "./TypeFilter";

const lastTypeKey = "aether-last-type";

export function StartDialog({ onClose }: { onClose: () => void }) {
  const [type, setType] = useState(() => sessionStorage.getItem(lastTypeKey) ?? "");
  const [input, setInput] = useState("");
  const [id, setId] = useState("");
  const [tier, setTier] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  async function start(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      const members = [`"type":${JSON.stringify(type.trim())}`];
      if (input.trim() !== "") members.push(`"input":${input}`);
      if (id.trim() !== "") members.push(`"id":${JSON.stringify(id.trim())}`);
      if (tier !== "") members.push(`"tier":${JSON.stringify(tier)}`);
      const started = await postText<{ id: string }>("/workflows", `{${members.join(",")}}`);
      sessionStorage.setItem(lastTypeKey, type.trim());
      toast("completed", `Started ${started.id}`);
      onClose();
      navigate(workflowURL(started.id));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <Dialog title="Start a workflow" onClose={onClose}>
      <form onSubmit={start} style={{ display: "grid", gap: 16 }}>
        <div className="field">
          <span className="field-label">Type</span>
          <TypeFilter label="Type" placeholder="process-order" value={type} onChange={setType} isImmediate />
        </div>
        <JsonField label="Input" note="JSON; nothing means null" value={input} onChange={setInput} />
        <div className="field-pair">
          <div className="field">
            <label htmlFor="start-id">Id</label>
            <input id="start-id" className="input" spellCheck={false} autoComplete="off" placeholder="made for you" value={id} onChange={(event) => setId(event.target.value)} />
          </div>
          <div className="field">
            <label htmlFor="start-tier">Durability</label>
            <select id="start-tier" className="input" style={{ width: "100%" }} value={tier} onChange={(event) => setTier(event.target.value)}>
              <option value="">as the type or server says</option>
              <option value="memory">memory</option>
              <option value="snapshot">snapshot</option>
              <option value="state-action-log">state + action log</option>
            </select>
          </div>
        </div>
        {error !== null && <ErrorBox error={error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" disabled={isBusy || type.trim() === "" || !isJson(input)}>
            Start workflow
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
