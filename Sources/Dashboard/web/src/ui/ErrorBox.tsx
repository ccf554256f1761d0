import { ApiError } from "../api/client";
import { Button } from "./Button";
import { Icon } from "./Icon";

/// What went wrong and what to do about it.
export function ErrorBox({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof ApiError ? error.remedy : null;
  return (
    <div className="message" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{capitalized(message)}</strong>
        {remedy && <p className="quiet">{capitalized(remedy)}</p>}
      </div>
      {onRetry && (
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
