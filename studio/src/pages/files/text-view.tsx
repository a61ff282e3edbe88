// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Failed, Loading } from "@/components/states";
import { useText } from "@/files/reading";
import type { StoredFile } from "@/files/remote";
import { count } from "@/format/numbers";
import { parts, STRETCH, startOf, where } from "./text-parts";

/** The text of a file, a stretch at a time, with the passage that is meant marked. */
export function TextView({ file, at, to }: { file: StoredFile; at: number | null; to: number | null }) {
  const [offset, setOffset] = useState(startOf(at));
  const { data, error, refetch } = useText(file.id, offset, STRETCH, true);
  const mark = useRef<HTMLElement>(null);
  const isThere = data?.offset === offset;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the text is there
  useEffect(() => mark.current?.scrollIntoView({ block: "center" }), [isThere, at]);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading lines={10} />;
  const end = data.offset + [...data.text].length;
  return (
    <section className="flex flex-col gap-2" aria-label="Text">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="text-sm font-semibold">Text</h3>
        <span className="text-xs text-muted" data-number>
          {where(data, file)}
        </span>
        {(data.offset > 0 || end < data.total) && (
          <span className="ml-auto flex items-center gap-1">
            <span className="text-xs text-muted" data-number>
              {count(data.offset + 1)}–{count(end)} of {count(data.total)} characters
            </span>
            <Button
              size="small"
              look="quiet"
              aria-label="Text before"
              icon={<ChevronLeft />}
              disabled={data.offset === 0}
              onClick={() => setOffset(Math.max(0, offset - STRETCH))}
            />
            <Button
              size="small"
              look="quiet"
              aria-label="Text after"
              icon={<ChevronRight />}
              disabled={end >= data.total}
              onClick={() => setOffset(offset + STRETCH)}
            />
          </span>
        )}
      </div>
      <section
        className="max-h-[60dvh] overflow-auto rounded-lg border border-line bg-sunken px-3 py-2 text-sm break-words whitespace-pre-wrap"
        tabIndex={0}
        aria-label={`Text of ${file.name}`}
      >
        {parts(data, at, to).map((one) =>
          one.kind === "section" ? (
            <span key={one.key} className="mt-3 mb-1 block text-xs font-medium text-muted first:mt-0">
              {one.text}
            </span>
          ) : one.kind === "mark" ? (
            <mark
              key={one.key}
              ref={mark}
              className="rounded-sm bg-warn-soft text-text outline-1 outline-offset-1 outline-warn"
            >
              {one.text}
            </mark>
          ) : (
            <span key={one.key}>{one.text}</span>
          ),
        )}
      </section>
    </section>
  );
}
