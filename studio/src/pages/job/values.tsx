// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
import type { ReactNode } from "react";
import { CopyButton } from "@/components/copy";

/** Names and texts below each other; a text keeps its line breaks and may be long. */
export function Values({ values }: { values: readonly (readonly [string, ReactNode])[] }) {
  if (values.length === 0) return <p className="text-sm text-muted">Nothing.</p>;
  return (
    <dl className="flex flex-col divide-y divide-line rounded-lg border border-line">
      {values.map(([name, text]) => (
        <div key={name} className="grid gap-x-4 gap-y-0.5 px-3 py-2 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <dt className="text-xs leading-5 break-words text-muted">{name}</dt>
          <dd className="max-h-48 overflow-auto text-sm break-words whitespace-pre-wrap">
            {text || <span className="text-muted">empty</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** One text of a model's or a person's: shown as it is, never as markup. */
export function Text({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative rounded-lg border border-line bg-sunken">
      <section
        className="max-h-80 overflow-auto py-2 pr-10 pl-3 text-sm break-words whitespace-pre-wrap"
        tabIndex={0}
        aria-label={label}
      >
        {text || <span className="text-muted">empty</span>}
      </section>
      <div className="absolute top-1 right-1">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
    </div>
  );
}
