import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  title: string;
  icon: IconName;
  isDisabled?: boolean;
  isDangerous?: boolean;
  act: () => void;
}

export function Menu({ label, items }: { label: string; items: MenuItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (isOpen) box.current?.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus();
  }, [isOpen]);

  function press(event: KeyboardEvent) {
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      event.preventDefault();
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) setOpen(true);
      items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
    }
  }

  return (
    <div className="menu" ref={box} onKeyDown={press} onBlur={(event) => !box.current?.contains(event.relatedTarget) && setOpen(false)}>
      <Button icon="more" label={label} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      {isOpen && (
        <div className="menu-list" role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.title}
              type="button"
              role="menuitem"
              data-tone={item.isDangerous && !item.isDisabled ? "failed" : undefined}
              disabled={item.isDisabled}
              onClick={() => {
                setOpen(false);
                item.act();
              }}
            >
              <Icon name={item.icon} size={14} />
              {item.title}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
