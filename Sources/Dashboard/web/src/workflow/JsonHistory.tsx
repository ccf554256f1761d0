import { useMemo, useRef, useState } from "react";
import { Button } from "../ui/Button";
import { CopyButton } from "../ui/CopyButton";
import { Icon } from "../ui/Icon";
import { useVirtualRows } from "../ui/useVirtualRows";
import { entryJson, JsonLines } from "./jsonLines";
import type { Run } from "./Run";

const lineHeight = 20;
/// Longer histories begin folded.
const unfoldedEntries = 300;

/// The journal as the API gives it: an entry folds to a line.
export function JsonHistory({ run }: { run: Run }) {
  const { entries, version } = run;
  const [isAllFolded, setAllFolded] = useState((run.status?.lastSequence ?? 0) > unfoldedEntries);
  /// Those that are not as all others.
  const [others, setOthers] = useState<ReadonlySet<number>>(new Set());
  const counts = useRef(new Map<number, number>());
  const body = useRef<HTMLDivElement>(null);
  const lines = useMemo(
    () => new JsonLines(entries, (index) => isAllFolded !== others.has(index), counts.current),
    [entries, version, isAllFolded, others],
  );
  const { first, end } = useVirtualRows(body, lines.count, lineHeight);

  function fold(index: number) {
    const changed = new Set(others);
    if (!changed.delete(index)) changed.add(index);
    setOthers(changed);
  }

  return (
    <div className="json-history">
      <div className="json-tools">
        <Button
          size="small"
          look="plain"
          onClick={() => {
            setAllFolded(!isAllFolded);
            setOthers(new Set());
          }}
        >
          {isAllFolded ? "Unfold all" : "Fold all"}
        </Button>
        <CopyButton label="Copy the whole history" text={() => `[\n${entries.map(entryJson).join(",\n")}\n]`} />
      </div>
      <div ref={body} className="json-lines" style={{ height: lines.count * lineHeight, paddingTop: first * lineHeight }}>
        {lines.slice(first, end).map((line, index) => (
          <div key={first + index} className="json-line">
            {line.isFirst ? (
              <button type="button" className="json-fold" aria-expanded={isAllFolded === others.has(line.entry)} aria-label={`Entry ${line.entry + 1}`} onClick={() => fold(line.entry)}>
                <Icon name="chevron" size={10} />
              </button>
            ) : (
              <span className="json-gutter" />
            )}
            <span>{line.text}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
