import type { Failure } from "../api/types";
import { CopyButton } from "../ui/CopyButton";
import { Panel } from "./PayloadPanel";

/// What went wrong, whole and to copy.
export function FailureBox({ title, failure }: { title: string; failure: Failure }) {
  return (
    <Panel title={title} tool={<CopyButton label={`Copy ${title.toLowerCase()}`} text={failure.message} />}>
      <div className="failure">
        <p className="failure-message" dir="auto">
          {failure.message}
        </p>
        <p className="failure-notes">
          {failure.type && <code>{failure.type}</code>}
          {failure.step && (
            <span>
              in <code>{failure.step}</code>
            </span>
          )}
          {failure.nonRetryable && <span>not to be tried again</span>}
        </p>
      </div>
    </Panel>
  );
}
