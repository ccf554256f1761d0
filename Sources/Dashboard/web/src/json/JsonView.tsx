import { useMemo, useState } from "react";
import { formatBytes, formatCount } from "../format/number";
import { Icon } from "../ui/Icon";
import type { Payload } from "./Payload";
import { parseTree, type JsonNode } from "./tree";

const maximumString = 600;
const maximumItems = 100;
/// What is deeper begins folded.
const openDepth = 3;

/// A user's JSON: foldable, as text whatever is in it.
export function JsonView({ payload }: { payload: Payload }) {
  const tree = useMemo(() => parsed(payload), [payload]);
  return (
    <div className="json">
      <Value node={tree} depth={0} />
    </div>
  );
}

function parsed(payload: Payload): JsonNode {
  try {
    return parseTree(payload.text);
  } catch {
    return { kind: "literal", text: payload.text };
  }
}

function Value({ node, depth }: { node: JsonNode; depth: number }) {
  switch (node.kind) {
    case "literal":
      return <span className="json-literal">{node.text}</span>;
    case "string":
      return <Text value={node.value} />;
    case "array":
      return <Fold brackets="[]" depth={depth} entries={node.items.map((item) => [null, item])} />;
    case "object":
      return <Fold brackets="{}" depth={depth} entries={node.members} />;
  }
}

function Text({ value }: { value: string }) {
  const [isWhole, setWhole] = useState(false);
  const isLong = value.length > maximumString;
  const shown = isLong && !isWhole ? value.slice(0, maximumString) : value;
  const literal = JSON.stringify(shown).replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, visible);
  return (
    <>
      <span className="json-string">{isLong && !isWhole ? literal.slice(0, -1) + "…" : literal}</span>
      {isLong && (
        <button type="button" className="json-more" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "show less" : `show all ${formatBytes(value.length)}`}
        </button>
      )}
    </>
  );
}

/// Marks that turn the direction of text would show it as something else than it is.
function visible(mark: string): string {
  return `\\u${mark.charCodeAt(0).toString(16)}`;
}

function Fold({ brackets, depth, entries }: { brackets: string; depth: number; entries: [string | null, JsonNode][] }) {
  const [isOpen, setOpen] = useState(depth < openDepth && entries.length <= maximumItems * 10);
  const [limit, setLimit] = useState(maximumItems);
  const [open, close] = [brackets[0], brackets[1]];
  if (entries.length === 0) return <span className="json-mark">{brackets}</span>;
  const noun = brackets === "[]" ? "items" : "members";
  return (
    <>
      <button type="button" className="json-fold" aria-expanded={isOpen} aria-label={`${formatCount(entries.length)} ${noun}`} onClick={() => setOpen(!isOpen)}>
        <Icon name="chevron" size={10} />
        <span className="json-mark">{open}</span>
        {!isOpen && (
          <span className="json-count">
            {formatCount(entries.length)} {noun} {close}
          </span>
        )}
      </button>
      {isOpen && (
        <>
          <ul>
            {entries.slice(0, limit).map(([name, value], index) => (
              <li key={index}>
                {name !== null && (
                  <>
                    <span className="json-name">{name}</span>
                    <span className="json-mark">: </span>
                  </>
                )}
                <Value node={value} depth={depth + 1} />
              </li>
            ))}
            {entries.length > limit && (
              <li>
                <button type="button" className="json-more" onClick={() => setLimit(limit * 4)}>
                  show more of {formatCount(entries.length - limit)}
                </button>
              </li>
            )}
          </ul>
          <span className="json-mark">{close}</span>
        </>
      )}
    </>
  );
}
