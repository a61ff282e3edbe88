import { useMemo } from "react";
import { CopyButton } from "@/components/copy";
import { type Passage, pieces } from "./passage";

/** An answer as it was written, never as markup; what it cites leads to the passage. */
export function Answer({ text, passages, isWriting }: { text: string; passages: Passage[]; isWriting: boolean }) {
  const cites = useMemo(() => new Set(passages.flatMap((one) => (one.cite ? [one.cite] : []))), [passages]);
  return (
    <div className="relative rounded-lg bg-sunken py-2.5 pr-10 pl-3">
      <p className="text-sm leading-relaxed break-words whitespace-pre-wrap" data-answer>
        {pieces(text, cites).map((one, at) =>
          one.cite === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no name but their place
            <span key={at}>{one.text}</span>
          ) : (
            <a
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no name but their place
              key={at}
              href={`#passage-${encodeURIComponent(one.cite)}`}
              className="rounded bg-brand-soft px-1 text-xs font-medium text-brand-text no-underline hover:underline"
            >
              {one.cite}
            </a>
          ),
        )}
        {isWriting && <span className="ml-0.5 inline-block h-4 w-1.5 animate-pulse-soft bg-brand align-text-bottom" />}
      </p>
      {text && !isWriting && (
        <div className="absolute top-1 right-1">
          <CopyButton text={text} label="Copy the answer" />
        </div>
      )}
    </div>
  );
}
