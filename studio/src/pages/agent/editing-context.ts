import { createContext, useContext } from "react";
import type { Draft } from "./definition";
import type { Issue } from "./validate";

export type Editing = {
  agent: string;
  draft: Draft;
  /** Change the draft; changes of one `place` that follow each other closely are undone together. */
  change: (next: (draft: Draft) => Draft, place?: string) => void;
  /** Everything that keeps the draft from being saved, the server's faults too. */
  issues: readonly Issue[];
  /** What the tests give each input. */
  values: ReadonlyMap<string, readonly string[]>;
  setValues: (
    values:
      | ReadonlyMap<string, readonly string[]>
      | ((was: ReadonlyMap<string, readonly string[]>) => ReadonlyMap<string, readonly string[]>),
  ) => void;
};

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("this belongs inside the editor");
  return editing;
}

/** What is wrong with a field or with what stands in it; null when nothing is. */
export function useIssue(field: string): string | null {
  const { issues } = useEditing();
  const told = issues.filter(
    (one) => one.field === field || one.field.startsWith(`${field}.`) || one.field.startsWith(`${field}[`),
  );
  return told.length > 0 ? told.map((one) => one.text).join(" ") : null;
}
