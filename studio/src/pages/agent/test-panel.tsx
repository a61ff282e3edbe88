import { Play, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import { toDefinition } from "./definition";
import { runDraft, type Test } from "./draft-run";
import { EarlierTests } from "./earlier-list";
import { earlierTest } from "./earlier-tests";
import { useEditing } from "./editing-context";
import { TestInput } from "./test-input";
import { TestResult } from "./test-result";
import { faultsOf, given } from "./test-values";
import { keepTest } from "./use-tests";

const MOD = /Mac|iP(hone|ad)/.test(navigator.userAgent) ? "⌘" : "Ctrl";

/** Fill the inputs, run the draft as it stands, watch the text arrive. */
export function TestPanel({ onRun }: { onRun: () => void }) {
  const { draft, values, setValues, issues } = useEditing();
  const { test, run, stop, asked } = useTest(onRun);
  const faulty = issues.length > 0;
  const running = test?.state === "running";
  const faults = asked ? faultsOf(draft.inputs, values) : new Map<string, string>();
  return (
    <div className="flex flex-col gap-4 p-4" data-own-undo>
      <h2 className="text-sm font-semibold">Try it</h2>
      {draft.inputs.length === 0 && <p className="text-sm text-muted">This agent asks for nothing: run it.</p>}
      {draft.inputs.map((input) => (
        <TestInput
          key={input.key}
          input={input}
          value={values.get(input.name) ?? []}
          error={faults.get(input.name) ?? null}
          onChange={(change) => setValues((was) => new Map(was).set(input.name, change(was.get(input.name) ?? [])))}
        />
      ))}
      <div className="flex items-center gap-2">
        {running ? (
          <Button icon={<Square />} onClick={stop} className="flex-1">
            Stop
          </Button>
        ) : (
          <Button look="primary" icon={<Play />} onClick={run} disabled={faulty} className="flex-1">
            Run draft
            <kbd className="font-sans text-xs">{MOD} ⏎</kbd>
          </Button>
        )}
      </div>
      {faulty && !running && (
        <ul className="flex flex-col gap-1 rounded-lg bg-bad-soft px-3 py-2 text-xs text-bad">
          {issues.slice(0, 5).map((one) => (
            <li key={one.field + one.text}>{one.text}</li>
          ))}
        </ul>
      )}
      {test && <TestResult test={test} />}
      <EarlierTests current={test?.state === "done" ? test.result.suggestion : null} />
    </div>
  );
}

function useTest(onRun: () => void) {
  const { agent, draft, values, issues } = useEditing();
  const [test, setTest] = useState<Test | null>(null);
  // What is missing is told once somebody tried to run without it.
  const [asked, setAsked] = useState(false);
  const control = useRef<AbortController | null>(null);
  const stop = () => control.current?.abort();
  const run = () => {
    if (issues.length > 0) return;
    stop();
    const mine = new AbortController();
    control.current = mine;
    onRun();
    setAsked(true);
    if (faultsOf(draft.inputs, values).size > 0) return;
    const told = given(draft.inputs, values);
    const inputs = [...told].map(([id, value]) => ({ id, value }));
    const tell = (next: Test) => control.current === mine && setTest(next);
    void runDraft(agent, { inputs, definition: toDefinition(draft) }, mine.signal, tell).then((ended) => {
      if (ended.state === "done") keepTest(agent, earlierTest(ended.result, told, new Date()));
    });
  };
  useEffect(() => () => control.current?.abort(), []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
      if ((event.target as Element | null)?.closest("[role=dialog]")) return;
      event.preventDefault();
      event.stopPropagation();
      // A name that is being typed takes effect when its field is left.
      const active = document.activeElement;
      if (active instanceof HTMLInputElement) {
        active.blur();
        active.focus();
      }
      requestAnimationFrame(() => latest.current());
    };
    addEventListener("keydown", pressed, true);
    return () => removeEventListener("keydown", pressed, true);
  }, []);
  const latest = useRef(run);
  latest.current = run;
  return { test, run, stop, asked };
}
