import type { Piece } from "./changes";

/** A text with what was taken out and what came in: struck through and underlined, so that colour is not needed. */
export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((one, at) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: pieces of a text have only their places
    if (one.kind === "added")
      return (
        <ins key={at} className="rounded-sm bg-good-soft text-good underline decoration-1 underline-offset-4">
          {one.text}
        </ins>
      );
    if (one.kind === "removed")
      return (
        <del key={at} className="rounded-sm bg-bad-soft text-bad">
          {one.text}
        </del>
      );
    return <span key={at}>{one.text}</span>;
    // biome-ignore-end lint/suspicious/noArrayIndexKey: pieces of a text have only their places
  });
}
