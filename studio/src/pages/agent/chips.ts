/** In a prompt's editor: references as chips that the cursor steps over, strays underlined, names completed after `@`. */
import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { type Extension, type Range, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, WidgetType } from "@codemirror/view";
import { found, type Reference, unknown } from "./references";

export type Names = { known: readonly Reference[]; offered: readonly Reference[] };

/** Tells an editor what its text may refer to now. */
export const setNames = StateEffect.define<Names>();

type Marked = { names: Names; chips: DecorationSet; strays: DecorationSet };

class Chip extends WidgetType {
  constructor(
    readonly reference: Reference,
    readonly early: boolean,
  ) {
    super();
  }
  override eq(other: Chip): boolean {
    return (
      other.reference.name === this.reference.name &&
      other.reference.kind === this.reference.kind &&
      other.early === this.early
    );
  }
  override toDOM(): HTMLElement {
    const chip = document.createElement("span");
    chip.className = `cm-chip cm-chip-${this.early ? "early" : this.reference.kind}`;
    chip.textContent = `@${this.reference.name}`;
    chip.title = this.early
      ? "This result is not there yet when this prompt is asked."
      : this.reference.kind === "input"
        ? "Input"
        : "Result of an earlier prompt";
    return chip;
  }
  override ignoreEvent(): boolean {
    return false;
  }
}

function marked(text: string, names: Names): Marked {
  const chips: Range<Decoration>[] = found(text, names.known).map((one) => {
    const early = !names.offered.some((name) => name.name === one.reference.name);
    return Decoration.replace({ widget: new Chip(one.reference, early) }).range(one.start, one.end);
  });
  const strays = unknown(text, names.known).map((one) =>
    Decoration.mark({
      class: "cm-stray",
      attributes: { title: `${one.text} names no input or earlier prompt.` },
    }).range(one.start, one.end),
  );
  return { names, chips: RangeSet.of(chips), strays: RangeSet.of(strays) };
}

const field = StateField.define<Marked>({
  create: (state) => marked(state.doc.toString(), { known: [], offered: [] }),
  update(value, transaction) {
    const told = transaction.effects.find((one) => one.is(setNames));
    if (!told && !transaction.docChanged) return value;
    return marked(transaction.newDoc.toString(), told ? (told.value as Names) : value.names);
  },
  provide: (self) => [
    EditorView.decorations.from(self, (value) => value.chips),
    EditorView.decorations.from(self, (value) => value.strays),
    EditorView.atomicRanges.of((view) => view.state.field(self).chips),
  ],
});

/** The names that fit what stands after an `@`; choosing one writes `@{Name}`. */
function completions(context: CompletionContext): CompletionResult | null {
  const typed = context.matchBefore(/(?:@\{?|\{\{)[\p{L}\p{N}_ -]{0,60}$/u);
  if (!typed) return null;
  const { names, chips } = context.state.field(field);
  let inside = false;
  chips.between(typed.from, context.pos, (from) => {
    if (from === typed.from) inside = true;
  });
  if (inside && !context.explicit) return null;
  const opening = typed.text.startsWith("{{") || typed.text.startsWith("@{") ? 2 : 1;
  return {
    from: typed.from + opening,
    options: names.offered.map((one) => ({
      label: one.name,
      detail: one.kind === "input" ? "input" : "earlier result",
      apply: (view: EditorView, _: unknown, __: number, to: number) => {
        const text = `@{${one.name}}`;
        const closing = view.state.sliceDoc(to, to + 2).match(/^\}{1,2}/)?.[0].length ?? 0;
        view.dispatch({
          changes: { from: typed.from, to: to + (opening === 2 ? closing : 0), insert: text },
          selection: { anchor: typed.from + text.length },
          userEvent: "input.complete",
        });
      },
    })),
    validFor: /^[\p{L}\p{N}_ -]*$/u,
  };
}

export const chips: Extension = [
  field,
  autocompletion({ override: [completions], icons: false, interactionDelay: 0 }),
  // Enter takes a completion already; Tab does too while the list is open, and leaves the editor otherwise.
  keymap.of([{ key: "Tab", run: acceptCompletion }]),
];
