import type { Draft } from "./definition";
import type { EarlierTest } from "./earlier-tests";
import { found } from "./references";
import { known } from "./validate";

export type PreviewPiece = { text: string; missing: boolean };

/** The output as it would be put together: what is not known yet stands as its name. */
export function preview(
  draft: Draft,
  values: ReadonlyMap<string, readonly string[]>,
  last: EarlierTest | null,
): PreviewPiece[] {
  const template = draft.output.template || `@{${draft.prompts.at(-1)?.name ?? ""}}`;
  const joiner = draft.settings.joiner ?? "\n";
  const texts = new Map<string, string>();
  for (const input of draft.inputs) {
    const given = (values.get(input.name) ?? []).filter((one) => one.trim());
    if (given.length > 0) texts.set(input.name, given.join(joiner));
  }
  for (const one of last?.prompts ?? []) texts.set(one.prompt, one.output);
  const pieces: PreviewPiece[] = [];
  let end = 0;
  for (const one of found(template, known(draft))) {
    if (one.start > end) pieces.push({ text: template.slice(end, one.start), missing: false });
    const text = texts.get(one.reference.name);
    pieces.push(text === undefined ? { text: one.reference.name, missing: true } : { text, missing: false });
    end = one.end;
  }
  if (end < template.length) pieces.push({ text: template.slice(end), missing: false });
  return pieces;
}
