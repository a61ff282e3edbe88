import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { FileIcon } from "@/files/file-icon";
import { findFile } from "@/files/remote";
import type { Graph } from "../graphs/remote";
import { type Passage, placeOf } from "./passage";

/** Passages with where they stand; each opens its file at that place. */
export function Passages({ passages, graph }: { passages: readonly Passage[]; graph?: Graph }) {
  if (passages.length === 0)
    return <p className="text-sm text-muted">{graph ? "No passage of it says anything about that." : "None."}</p>;
  return (
    <section aria-label="Passages" className="flex flex-col gap-2">
      <h3 className="text-xs font-medium text-muted">Passages</h3>
      <ol className="flex flex-col gap-2">
        {passages.map((one) => (
          <Line key={one.key} passage={one} />
        ))}
      </ol>
    </section>
  );
}

function Line({ passage }: { passage: Passage }) {
  const place = placeOf(passage);
  return (
    <li
      id={passage.cite === null ? undefined : `passage-${passage.cite}`}
      className="scroll-mt-20 rounded-lg border border-line px-3 py-2 target:border-brand"
    >
      <div className="mb-1 flex min-w-0 items-center gap-2 text-xs">
        {passage.cite !== null && (
          <span className="rounded bg-brand-soft px-1 font-medium text-brand-text">{passage.cite}</span>
        )}
        {place ? (
          <Link to={place} className="flex min-w-0 items-center gap-1.5 font-medium hover:underline">
            <Name passage={passage} />
          </Link>
        ) : (
          <span className="min-w-0 truncate font-medium">{passage.url ?? passage.name}</span>
        )}
        {passage.page !== null && <span className="shrink-0 text-muted">page {passage.page}</span>}
        {passage.score !== null && (
          <span className="ml-auto shrink-0 text-muted" data-number title="How well it fits the question">
            {passage.score.toFixed(2)}
          </span>
        )}
      </div>
      <p className="line-clamp-5 text-sm break-words whitespace-pre-wrap">{passage.text}</p>
    </li>
  );
}

function Name({ passage }: { passage: Passage }) {
  const known = passage.name;
  const found = useQuery({
    queryKey: ["files", "one", passage.fileId],
    queryFn: () => findFile(passage.fileId ?? ""),
    enabled: known === null && passage.fileId !== null,
    retry: false,
  });
  const name = known ?? found.data?.name ?? "file";
  return (
    <>
      <FileIcon name={name} />
      <span className="truncate">{passage.url ?? name}</span>
    </>
  );
}
