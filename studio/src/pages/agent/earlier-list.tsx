import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Time } from "@/components/time";
import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { words } from "./changes";
import type { EarlierTest } from "./earlier-tests";
import { useEditing } from "./editing-context";
import { Pieces } from "./pieces";
import { Section } from "./section";
import { forgetTests, useTests } from "./use-tests";

/** Earlier tests in this browser: choose two to see them beside each other, or take their inputs again. */
export function EarlierTests({ current }: { current: string | null }) {
  const { agent, setValues } = useEditing();
  const tests = useTests(agent);
  const [chosen, setChosen] = useState<string[]>([]);
  const [comparing, setComparing] = useState(false);
  const older = current !== null && tests[0]?.text === current ? tests.slice(1) : tests;
  if (older.length === 0) return null;
  const pair = tests.filter((one) => chosen.includes(one.id)).reverse();
  const toggle = (id: string) =>
    setChosen((all) => (all.includes(id) ? all.filter((one) => one !== id) : [...all.slice(-1), id]));
  return (
    <Section title="Earlier tests" note={`${tests.length}, kept in this browser`}>
      <ul className="flex flex-col gap-2">
        {tests.map((one) => (
          <li key={one.id} className="flex items-start gap-2">
            <input
              type="checkbox"
              aria-label={`Compare the test of ${one.at}`}
              className="mt-1 size-4 accent-brand"
              checked={chosen.includes(one.id)}
              onChange={() => toggle(one.id)}
            />
            <button
              type="button"
              title="Take these inputs again"
              onClick={() => setValues(new Map(Object.entries(one.inputs)))}
              className="min-w-0 flex-1 rounded-md text-left hover:bg-hover"
            >
              <span className="flex gap-2 text-xs text-muted" data-number>
                <Time at={one.at} />
                <span>{count(one.tokens)} tokens</span>
                <span>{duration(one.duration_ms)}</span>
              </span>
              <span className="line-clamp-2 text-xs">{one.text}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="flex gap-2">
        <Button size="small" disabled={pair.length !== 2} onClick={() => setComparing(true)}>
          Compare two
        </Button>
        <Button
          size="small"
          look="quiet"
          onClick={() => {
            setChosen([]);
            forgetTests(agent);
          }}
        >
          Forget all
        </Button>
      </div>
      {comparing && pair[0] && pair[1] && (
        <Compare before={pair[0]} after={pair[1]} onClose={() => setComparing(false)} />
      )}
    </Section>
  );
}

function Compare({ before, after, onClose }: { before: EarlierTest; after: EarlierTest; onClose: () => void }) {
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title="Two tests"
      description="The earlier one, and the later one with what changed."
    >
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        {[before, after].map((one) => (
          <section key={one.id} className="flex min-w-0 flex-col gap-2">
            <h3 className="text-xs text-muted" data-number>
              <Time at={one.at} /> · {count(one.tokens)} tokens · {money(one.cost)} · {duration(one.duration_ms)}
            </h3>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
              {Object.entries(one.inputs).map(([name, value]) => (
                <div key={name} className="contents">
                  <dt className="text-muted">{name}</dt>
                  <dd className="break-words">{value.join(", ")}</dd>
                </div>
              ))}
            </dl>
            <p className="rounded-lg bg-sunken p-3 text-sm break-words whitespace-pre-wrap">
              {one === before ? one.text : <Pieces pieces={words(before.text, one.text)} />}
            </p>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
