import { useState, type FormEvent } from "react";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";

interface Props {
  title: string;
  text: string;
  action: string;
  refuse: string;
  /// A word to type first, for what destroys.
  typed?: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

export function ConfirmDialog({ title, text, action, refuse, typed, onConfirm, onClose }: Props) {
  const [word, setWord] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function confirm(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    await onConfirm();
    setBusy(false);
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={confirm} style={{ display: "grid", gap: 16 }}>
        <p className="quiet">{text}</p>
        {typed !== undefined && (
          <div className="field">
            <label htmlFor="confirm-word">
              Type <code>{typed}</code> to go on
            </label>
            <input id="confirm-word" className="input" autoComplete="off" spellCheck={false} autoFocus value={word} onChange={(event) => setWord(event.target.value)} />
          </div>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{refuse}</Button>
          <Button look="danger" type="submit" disabled={isBusy || (typed !== undefined && word !== typed)}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
