import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from "react";
import { Problem } from "@/api/problem";
import { type Draft, toDefinition, toDraft } from "./definition";
import { earlier } from "./earlier-tests";
import { begin, edit, type History } from "./editing";
import type { Editing } from "./editing-context";
import { type Application, type Loaded, loadDraft, putDraft } from "./remote";
import { Saver, type SaveState } from "./saver";
import { type Issue, issues } from "./validate";

export type EditorState = {
  editing: Editing;
  saver: Saver;
  saved: SaveState;
  history: History;
  undo: () => void;
  redo: () => void;
  /** Another definition in the place of the draft; undo brings the draft back. */
  replace: (draft: Draft) => void;
  /** Show what somebody else saved. */
  reload: () => Promise<void>;
};

/** The draft with its history, saved by itself, and everything that is wrong with it. */
export function useEditor(agent: Application, loaded: Loaded): EditorState {
  const [history, act] = useReducer(edit, loaded, (start) => begin(toDraft(start.definition)));
  const draft = history.present;
  const found = useMemo(() => issues(draft), [draft]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one for as long as the editor is open
  const saver = useMemo(
    () =>
      new Saver((one, digest) => putDraft(agent.id, one, digest), loaded.definition, loaded.definition, loaded.digest),
    [agent.id],
  );
  const saved = useSyncExternalStore(saver.subscribe, saver.current);
  const [values, setValues] = useState<Editing["values"]>(
    () => new Map(Object.entries(earlier(agent.id)[0]?.inputs ?? {})),
  );
  useEffect(() => saver.change(toDefinition(draft), found.length === 0), [saver, draft, found]);
  useEffect(() => () => saver.close(), [saver]);
  useNameElsewhere(saved, draft.name);
  useUndoKeys(
    () => act({ type: "undo" }),
    () => act({ type: "redo" }),
  );
  const all = useMemo(() => [...found, ...refused(saved)], [found, saved]);
  const editing: Editing = {
    agent: agent.id,
    draft,
    change: (next, place) =>
      act({ type: "change", draft: next, ...(place === undefined ? {} : { place }), at: Date.now() }),
    issues: all,
    values,
    setValues,
  };
  const reload = async () => {
    const theirs = await loadDraft(agent.id);
    act({ type: "reset", draft: toDraft(theirs.definition) });
    saver.took(theirs.definition, theirs.digest);
  };
  return {
    editing,
    saver,
    saved,
    history,
    undo: () => act({ type: "undo" }),
    redo: () => act({ type: "redo" }),
    replace: (other) => act({ type: "change", draft: other }),
    reload,
  };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A saved name is shown wherever agents are listed. */
function useNameElsewhere(saved: SaveState, name: string): void {
  const queries = useQueryClient();
  const shown = useRef(name);
  useEffect(() => {
    if (saved.state !== "saved" || shown.current === name) return;
    shown.current = name;
    void queries.invalidateQueries({ queryKey: ["agents", "rail"] });
    void queries.invalidateQueries({ queryKey: ["agents", "all"] });
  }, [saved, name, queries]);
}

/** The server's faults of the last save, by field. */
function refused(saved: SaveState): Issue[] {
  if (saved.state !== "failed" || !(saved.error instanceof Problem) || saved.error.status !== 400) return [];
  return saved.error.faults.map((one) => {
    const field = String(one.extras.field ?? "");
    return { field, text: sentence(one.text.replace(`${field}: `, "")) };
  });
}

/** One undo for everything in the editor: also where a field would have one of its own. */
function useUndoKeys(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      if ((event.target as Element | null)?.closest("[data-own-undo], [role=dialog]")) return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo();
      else undo();
    };
    addEventListener("keydown", pressed, true);
    return () => removeEventListener("keydown", pressed, true);
  });
}
