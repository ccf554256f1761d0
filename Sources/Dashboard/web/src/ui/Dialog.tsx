import { useEffect, useRef, type MouseEvent, type ReactNode } from "react";
import { Button } from "./Button";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /// A palette has no head.
  isBare?: boolean;
}

/// Modal, by the browser's own dialog: it keeps the focus inside and gives it back.
export function Dialog({ title, onClose, children, className = "", isBare = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  function closeOutside(event: MouseEvent) {
    if (event.target === element.current) onClose();
  }

  return (
    <dialog
      ref={element}
      className={`dialog ${className}`}
      aria-label={title}
      onMouseDown={closeOutside}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {isBare ? (
        children
      ) : (
        <div className="dialog-body">
          <div className="dialog-head">
            <h2>{title}</h2>
            <Button look="plain" size="small" icon="close" label="Close" onClick={onClose} />
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
