import { Search, Sparkles, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { messageOf } from "@/api/problem";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { TextArea } from "@/components/field";
import { Faults } from "@/components/states";
import { askGraphs, type Graph, search } from "../graphs/remote";
import { Answer } from "./answer";
import { ofFound, ofQuestion, type Passage } from "./passage";
import { Passages } from "./passages";

type Asking = {
  question: string;
  state: "running" | "done" | "failed";
  answer: string | null;
  passages: Passage[];
  error: string | null;
};

/** Ask a graph: the answer as it is written, and the passages it cites; or the passages alone, without a model. */
export function AskPanel({ graph }: { graph: Graph }) {
  const [question, setQuestion] = useState("");
  const { asking, ask, find, stop } = useAsking(graph);
  const isEmpty = graph.file_status.completed === 0 && graph.urls.length === 0;
  const mayAsk = question.trim() !== "" && !isEmpty;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (mayAsk) void ask(question.trim());
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || !mayAsk) return;
    event.preventDefault();
    void ask(question.trim());
  };
  const running = asking?.state === "running";
  return (
    <Card title="Ask it" note="Ctrl or ⌘ and Enter">
      <form onSubmit={submit} onKeyDown={pressed} className="flex flex-col gap-3 px-4 pb-4">
        <TextArea
          label="Question"
          hideLabel
          rows={2}
          placeholder="Which shoes grip wet paths?"
          className="field-sizing-content max-h-48"
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
        />
        <div className="flex flex-wrap items-center gap-2">
          {running ? (
            <Button icon={<Square />} onClick={stop}>
              Stop
            </Button>
          ) : (
            <>
              <Button type="submit" look="primary" icon={<Sparkles />} disabled={!mayAsk}>
                Ask
              </Button>
              <Button icon={<Search />} disabled={!mayAsk} onClick={() => void find(question.trim())}>
                Find passages
              </Button>
            </>
          )}
          <span className="text-xs text-muted">
            {isEmpty ? "It can be asked once a file is read." : "Finding asks no model and costs nothing."}
          </span>
        </div>
      </form>
      {asking && (
        <div className="flex flex-col gap-4 border-t border-line px-4 py-4" aria-live="polite" aria-busy={running}>
          <h3 className="text-sm font-semibold break-words">{asking.question}</h3>
          {asking.answer !== null && <Answer text={asking.answer} passages={asking.passages} isWriting={running} />}
          {asking.error && <Faults error={asking.error} />}
          {asking.state !== "running" && !asking.error && <Passages passages={asking.passages} graph={graph} />}
        </div>
      )}
    </Card>
  );
}

function useAsking(graph: Graph) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const control = useRef<AbortController>(null);
  useEffect(() => () => control.current?.abort(), []);
  const begin = (question: string, answer: string | null) => {
    control.current?.abort();
    const mine = new AbortController();
    control.current = mine;
    setAsking({ question, state: "running", answer, passages: [], error: null });
    const change = (changed: Partial<Asking>) =>
      control.current === mine && setAsking((was) => was && { ...was, ...changed });
    return { signal: mine.signal, change };
  };
  const ask = async (question: string) => {
    const { signal, change } = begin(question, "");
    try {
      const found = await askGraphs([graph.id], question, (answer) => change({ answer }), signal);
      const passages = found ? ofQuestion(found) : [];
      change({ state: "done", answer: found?.answer ?? "", passages });
    } catch (error) {
      change(signal.aborted ? { state: "done" } : { state: "failed", error: messageOf(error) });
    }
  };
  const find = async (question: string) => {
    const { signal, change } = begin(question, null);
    try {
      const found = await search(graph.id, question);
      change({ state: "done", passages: ofFound(found.data) });
    } catch (error) {
      if (!signal.aborted) change({ state: "failed", error: messageOf(error) });
    }
  };
  const stop = () => {
    control.current?.abort();
    setAsking((was) => was && { ...was, state: "done" });
  };
  return { asking, ask, find, stop };
}
