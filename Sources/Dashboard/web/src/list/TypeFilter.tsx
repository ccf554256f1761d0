import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { get } from "../api/client";
import { Icon } from "../ui/Icon";

interface Props {
  label: string;
  value: string;
  onChange: (type: string) => void;
  /// Chosen only from the list and by Enter, or taken with each key.
  isImmediate?: boolean;
  placeholder: string;
}

/// A workflow type with type-ahead.
export function TypeFilter({ label, value, onChange, isImmediate = false, placeholder }: Props) {
  const [text, setText] = useState(value);
  const [isOpen, setOpen] = useState(false);
  const [types, setTypes] = useState<string[]>([]);
  const [active, setActive] = useState(-1);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (!isOpen) return;
    const request = new AbortController();
    const prefix = text === value && !isImmediate ? "" : text;
    get<{ types: string[] }>("/workflow-types", { prefix, limit: 50 }, request.signal)
      .then((answer) => setTypes(answer.types))
      .catch(() => undefined);
    return () => request.abort();
  }, [text, isOpen, value, isImmediate]);

  function choose(type: string) {
    setText(type);
    setOpen(false);
    onChange(type);
  }

  function press(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive((active + (event.key === "ArrowDown" ? 1 : -1) + types.length) % Math.max(types.length, 1));
    } else if (event.key === "Enter" && (isOpen || !isImmediate)) {
      event.preventDefault();
      choose(isOpen ? types[active] ?? text : text);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      if (!isImmediate) setText(value);
    }
  }

  const isListed = isOpen && types.length > 0;
  return (
    <div
      className="combobox menu"
      ref={box}
      onBlur={(event) => {
        if (box.current?.contains(event.relatedTarget)) return;
        setOpen(false);
        if (!isImmediate && text !== value) choose(text);
      }}
    >
      <input
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded={isListed}
        aria-controls={id}
        aria-activedescendant={isListed && active >= 0 ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={text}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setText(event.target.value);
          setActive(-1);
          setOpen(true);
          if (isImmediate) onChange(event.target.value);
        }}
        onKeyDown={press}
      />
      {value !== "" && !isImmediate && (
        <button type="button" className="combobox-clear" aria-label="All types" onClick={() => choose("")}>
          <Icon name="close" size={12} />
        </button>
      )}
      {isListed && (
        <div className="menu-list" role="listbox" id={id} aria-label={label}>
          {types.map((type, index) => (
            <div
              key={type}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(type)}
            >
              {type}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
