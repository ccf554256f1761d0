import { useId } from "react";

interface Props {
  label: string;
  note: string;
  value: string;
  onChange: (text: string) => void;
}

/// JSON that somebody writes, checked while they do.
export function JsonField({ label, note, value, onChange }: Props) {
  const id = useId();
  const problem = jsonProblem(value);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input"
        spellCheck={false}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-note`}
        placeholder='{"item": "book"}'
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-note`} className="field-note" data-tone={problem ? "failed" : undefined}>
        {problem ?? note}
      </span>
    </div>
  );
}

export function isJson(text: string): boolean {
  return jsonProblem(text) === null;
}

function jsonProblem(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `Not JSON yet: ${(error as Error).message}`;
  }
}
