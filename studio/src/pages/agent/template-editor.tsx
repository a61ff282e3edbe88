import { defaultKeymap } from "@codemirror/commands";
import { Annotation, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { chips, type Names, setNames } from "./chips";
import { theme } from "./template-theme";

/** Marks changes that come from outside, such as undo, so that they are not told back. */
const outside = Annotation.define<boolean>();

export type TemplateEditorProps = {
  value: string;
  names: Names;
  label: string;
  hint: string;
  tall: boolean;
  invalid: boolean;
  describedBy: string;
  onChange: (text: string) => void;
};

/** CodeMirror over one text. It keeps no history: undo belongs to the whole draft. */
export function TemplateEditor(props: TemplateEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is told by the effects below
  useEffect(() => {
    const made = new EditorView({
      parent: host.current as HTMLElement,
      state: EditorState.create({
        doc: props.value,
        extensions: extensions(props, (text) => latest.current.onChange(text)),
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => view.current?.dispatch({ effects: setNames.of(props.names) }), [props.names]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const change = between(editor.state.doc.toString(), props.value);
    if (change) editor.dispatch({ changes: change, annotations: outside.of(true) });
  }, [props.value]);
  useEffect(() => {
    const content = view.current?.contentDOM;
    if (!content) return;
    if (props.invalid) content.setAttribute("aria-invalid", "true");
    else content.removeAttribute("aria-invalid");
    if (props.describedBy) content.setAttribute("aria-describedby", props.describedBy);
    else content.removeAttribute("aria-describedby");
  }, [props.invalid, props.describedBy]);
  return (
    <div
      ref={host}
      className={`overflow-hidden rounded-lg border bg-surface transition-colors hover:border-line-strong focus-within:border-brand! focus-within:ring-1 focus-within:ring-brand ${props.invalid ? "border-bad" : "border-line"} ${props.tall ? "cm-tall" : ""}`}
    />
  );
}

const extensions = (props: TemplateEditorProps, onChange: (text: string) => void) => [
  chips,
  theme,
  keymap.of(defaultKeymap),
  drawSelection(),
  EditorView.lineWrapping,
  placeholder(props.hint),
  EditorView.contentAttributes.of({ "aria-label": props.label, spellcheck: "true" }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged && !update.transactions.every((one) => one.annotation(outside)))
      onChange(update.state.doc.toString());
  }),
];

/** The one stretch in which two texts differ, so that the cursor stays where it is; null when there is none. */
export function between(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
