import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { get } from "../api/client";
import type { Row, RowPage } from "../api/types";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { StateIcon } from "../ui/StateBadge";
import { paletteItems, type PaletteItem } from "./paletteItems";

const typingMilliseconds = 120;
const maximumWorkflows = 7;

/// Finds workflows, types, pages and actions from one field.
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const { rows, types } = useFound(text.trim());
  const items = useMemo(() => paletteItems(text, rows, types), [text, rows, types]);
  const listBox = useRef<HTMLDivElement>(null);
  const current = items[Math.min(active, items.length - 1)];

  useEffect(() => setActive(0), [text]);
  useEffect(() => {
    listBox.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current]);

  function act(item: PaletteItem) {
    onClose();
    item.act();
  }

  function press(event: KeyboardEvent) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setActive((Math.min(active, items.length - 1) + step + items.length) % Math.max(items.length, 1));
    } else if (event.key === "Enter" && current) {
      event.preventDefault();
      act(current);
    }
  }

  return (
    <Dialog title="Find or do" onClose={onClose} className="palette" isBare>
      <input
        className="palette-input"
        role="combobox"
        aria-label="Find a workflow, a page or an action"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={current ? `palette-${current.id}` : undefined}
        placeholder="Workflow id, type, page or action"
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label="Found" ref={listBox}>
        {items.length === 0 && <p className="palette-group">Nothing is called so.</p>}
        {items.map((item, index) => (
          <div key={item.id} role="presentation">
            {item.group !== items[index - 1]?.group && <div className="palette-group">{item.group}</div>}
            <div
              id={`palette-${item.id}`}
              role="option"
              className="palette-item"
              aria-selected={item === current}
              onPointerMove={() => setActive(index)}
              onClick={() => act(item)}
            >
              {item.row ? (
                <span className="palette-state" data-state={item.row.state}>
                  <StateIcon state={item.row.state} />
                </span>
              ) : (
                <Icon name={item.icon} />
              )}
              <span className={item.row ? "mono truncated" : "truncated"}>{item.title}</span>
              {item.note && <small className="quiet truncated">{item.note}</small>}
            </div>
          </div>
        ))}
      </div>
    </Dialog>
  );
}

/// What the server finds under the words, ids that begin so first.
function useFound(text: string): { rows: Row[]; types: string[] } {
  const [found, setFound] = useState<{ rows: Row[]; types: string[] }>({ rows: [], types: [] });
  useEffect(() => {
    if (text === "") return setFound({ rows: [], types: [] });
    const request = new AbortController();
    const timer = setTimeout(async () => {
      const { signal } = request;
      const query = { limit: maximumWorkflows };
      const [beginning, page, types] = await Promise.all([
        get<RowPage>("/workflows", { ...query, idPrefix: text }, signal).catch(() => ({ workflows: [] })),
        get<RowPage>("/workflows", { ...query, text }, signal).catch(() => ({ workflows: [] })),
        get<{ types: string[] }>("/workflow-types", { prefix: text, limit: 4 }, signal).catch(() => ({ types: [] })),
      ]);
      if (signal.aborted) return;
      const ids = new Set(beginning.workflows.map(({ id }) => id));
      const rows = [...beginning.workflows, ...page.workflows.filter(({ id }) => !ids.has(id))];
      setFound({ rows: rows.slice(0, maximumWorkflows), types: types.types });
    }, typingMilliseconds);
    return () => {
      clearTimeout(timer);
      request.abort();
    };
  }, [text]);
  return found;
}
