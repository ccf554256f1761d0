import { useEffect, useRef, useState, type DragEvent, type ReactNode } from "react";
import { useLive } from "../api/useLive";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { ErrorBox } from "../ui/ErrorBox";
import { Icon } from "../ui/Icon";
import { Instant } from "../ui/Instant";
import { StateBadge } from "../ui/StateBadge";
import { parseExport, type ExportedRun } from "./exportedRun";
import { RunView } from "./RunView";

interface Opened extends ExportedRun {
  fileName: string;
}

/// Shows an exported history from its file alone; nothing of it is sent anywhere.
export function OpenFilePage() {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [error, setError] = useState<unknown>(null);
  useTitle(opened ? `${opened.run.status?.id} (file)` : "Open a file");
  // The bar at the top tells whether the server is there, also on this page.
  useLive(["workers"], {});

  async function open(file: File | undefined) {
    if (!file) return;
    try {
      setOpened({ ...parseExport(await file.text()), fileName: file.name });
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  }

  return (
    <DropArea onFile={open}>
      {opened ? (
        <>
          <div className="banner" data-tone="file" role="status">
            <Icon name="file" />
            <span>
              <strong>From a file:</strong> {opened.fileName}, exported{" "}
              {opened.exportedAt && <Instant at={opened.exportedAt} isAbsolute />} from Aether {opened.serverVersion}. It does not change.
            </span>
            <Button size="small" onClick={() => setOpened(null)}>
              Close the file
            </Button>
          </div>
          <div className="page run-page">
            <div className="run-head">
              <h1 className="mono" dir="auto">
                {opened.run.status?.id}
              </h1>
            </div>
            {opened.run.status && (
              <div className="run-kind">
                <StateBadge state={opened.run.status.state} look="pill" />
                <span>{opened.run.status.type}</span>
              </div>
            )}
            <RunView run={opened.run} isFile />
          </div>
        </>
      ) : (
        <div className="page">
          <h1>Open a file</h1>
          <Picker onFile={open} />
          {error !== null && <ErrorBox error={error} />}
        </div>
      )}
    </DropArea>
  );
}

function Picker({ onFile }: { onFile: (file: File | undefined) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="drop">
      <Icon name="file" size={24} />
      <p>Drop an exported history here, or choose one. It stays in this browser.</p>
      <Button look="primary" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input ref={input} type="file" accept=".json,application/json" className="hidden-label" tabIndex={-1} aria-label="Exported history" onChange={(event) => onFile(event.target.files?.[0])} />
    </div>
  );
}

function DropArea({ onFile, children }: { onFile: (file: File | undefined) => void; children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const leave = (event: globalThis.DragEvent) => event.relatedTarget === null && setOver(false);
    window.addEventListener("dragleave", leave);
    return () => window.removeEventListener("dragleave", leave);
  }, []);
  return (
    <div
      className="drop-area"
      data-is-over={isOver}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      }}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
    >
      {children}
    </div>
  );
}
