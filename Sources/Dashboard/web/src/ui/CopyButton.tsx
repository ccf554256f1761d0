import { useEffect, useState } from "react";
import { toast } from "../app/toastStore";
import { Button } from "./Button";

/// Copies a text, which may be made when it is wanted.
export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [isCopied]);

  async function copy() {
    try {
      await copyText(typeof text === "string" ? text : text());
      setCopied(true);
    } catch {
      toast("failed", "The browser does not let this page copy; select the text instead.");
    }
  }

  return <Button look="plain" size="small" icon={isCopied ? "check" : "copy"} label={isCopied ? "Copied" : label} onClick={copy} />;
}

/// Pages of plain http have no clipboard but by a selection.
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (!isDone) throw new Error("refused");
}
