import { EditorView } from "@codemirror/view";

const CHIP = {
  borderRadius: "5px",
  padding: "1px 4px",
  fontWeight: "500",
  cursor: "default",
  whiteSpace: "nowrap",
};

/** The editor of prompts in the studio's own colours. */
export const theme = EditorView.theme({
  "&": { fontSize: "14px", backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "24px", maxHeight: "60dvh", overflow: "auto" },
  ".cm-content": { padding: "8px 0", minHeight: "72px", caretColor: "var(--text)" },
  ".cm-tall &.cm-editor .cm-content": { minHeight: "220px" },
  ".cm-line": { padding: "0 12px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--brand-soft)",
  },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-chip": CHIP,
  ".cm-chip-input": { backgroundColor: "var(--brand-soft)", color: "var(--brand-text)" },
  ".cm-chip-prompt": { backgroundColor: "var(--info-soft)", color: "var(--info)" },
  ".cm-chip-early": { backgroundColor: "var(--bad-soft)", color: "var(--bad)" },
  ".cm-stray": {
    textDecoration: "underline wavy var(--bad)",
    textUnderlineOffset: "4px",
    textDecorationThickness: "1px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
    zIndex: "50",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", padding: "4px", maxHeight: "240px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    padding: "4px 8px",
    borderRadius: "6px",
    display: "flex",
    gap: "12px",
    justifyContent: "space-between",
    lineHeight: "20px",
    fontSize: "13px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--hover)",
    color: "var(--text)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", fontSize: "12px" },
});
