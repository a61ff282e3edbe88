import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./button";

const SHOWN_MS = 1_500;

function useCopied(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return [copied, () => void copy()];
}

/** An id that copies itself on click. */
export function CopyId({ id, short = false }: { id: string; short?: boolean }) {
  const [copied, copy] = useCopied(id);
  return (
    <button
      type="button"
      onClick={copy}
      title={`Copy ${id}`}
      className="inline-flex max-w-full items-center gap-1 rounded font-mono text-xs text-muted hover:text-text"
    >
      <span className="truncate">{short ? `…${id.slice(-8)}` : id}</span>
      {copied ? (
        <Check className="size-3 text-good" aria-hidden="true" />
      ) : (
        <Copy className="size-3" aria-hidden="true" />
      )}
      <span className="sr-only" role="status">
        {copied ? "copied" : ""}
      </span>
    </button>
  );
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, copy] = useCopied(text);
  return (
    <IconButton label={copied ? "Copied" : label} size="small" onClick={copy}>
      {copied ? <Check className="text-good" /> : <Copy />}
    </IconButton>
  );
}
