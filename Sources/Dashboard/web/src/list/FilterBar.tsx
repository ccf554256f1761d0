import { useEffect, useRef, useState } from "react";
import { get } from "../api/client";
import type { RowPage } from "../api/types";
import { navigate, workflowURL } from "../app/router";
import { useShortcuts } from "../app/shortcuts";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { isFiltered, noFilters, ranges, type Filters } from "./filters";
import { TypeFilter } from "./TypeFilter";

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

const typingMilliseconds = 200;

export function FilterBar({ filters, onChange }: Props) {
  return (
    <div className="filters" role="search">
      <SearchField filters={filters} onChange={onChange} />
      <TypeFilter label="Type" placeholder="Any type" value={filters.type} onChange={(type) => onChange({ ...filters, type })} />
      <select
        className="input"
        aria-label="Created"
        value={filters.range}
        onChange={(event) => onChange({ ...filters, range: event.target.value, from: "", to: "" })}
      >
        <option value="">Any time</option>
        {ranges.map(({ value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
        <option value="custom">From … to …</option>
      </select>
      {filters.range === "custom" && (
        <>
          <input
            className="input from-to"
            type="datetime-local"
            aria-label="Created from"
            value={filters.from}
            onChange={(event) => onChange({ ...filters, from: event.target.value })}
          />
          <input
            className="input from-to"
            type="datetime-local"
            aria-label="Created until"
            value={filters.to}
            onChange={(event) => onChange({ ...filters, to: event.target.value })}
          />
        </>
      )}
      {isFiltered(filters) && (
        <Button look="plain" onClick={() => onChange(noFilters)}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

function SearchField({ filters, onChange }: Props) {
  const [text, setText] = useState(filters.search);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setText(filters.search), [filters.search]);
  useShortcuts({ "/": () => field.current?.focus() });

  function type(value: string) {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange({ ...filters, search: value }), typingMilliseconds);
  }

  /// Enter opens the workflow whose id was typed, if there is one.
  async function open() {
    const id = text.trim();
    if (id === "") return;
    const page = await get<RowPage>("/workflows", { idPrefix: id, limit: 100 }).catch(() => null);
    if (page?.workflows.some((row) => row.id === id)) navigate(workflowURL(id));
  }

  return (
    <div className="with-icon search">
      <Icon name="search" size={14} />
      <input
        ref={field}
        className="input"
        type="search"
        aria-label="Search by id or type; a star at the end finds ids that begin so"
        placeholder="Search id or type, or order-* for a prefix"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") void open();
          if (event.key === "Escape") {
            // The browser would empty the field.
            event.preventDefault();
            field.current?.blur();
          }
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
