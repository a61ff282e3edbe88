import { useQueries } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { SelectField } from "@/components/field";
import { Segmented } from "@/components/segmented";
import { Failed, Loading } from "@/components/states";
import { changes } from "./changes";
import { ChangesView } from "./changes-view";
import { toDefinition } from "./definition";
import { DefinitionView } from "./definition-view";
import { loadVersion } from "./remote";
import type { EditorState } from "./use-editor";

const DRAFT = "draft";
type View = "compare" | "whole";

/** Any two of the versions and the draft: what is different, or the later one whole. */
export function VersionsCompare({
  agent,
  editor,
  numbers,
  pair,
  onPair,
}: {
  agent: string;
  editor: EditorState;
  numbers: readonly number[];
  pair: [string, string];
  onPair: (pair: [string, string] | null) => void;
}) {
  const [view, setView] = useState<View>(pair[0] === pair[1] ? "whole" : "compare");
  const loaded = useQueries({
    queries: pair.map((one) => ({
      queryKey: ["agents", agent, "version", one === DRAFT ? DRAFT : Number(one)],
      queryFn: () => loadVersion(agent, Number(one)),
      enabled: one !== DRAFT,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const [from, to] = pair.map((one, at) => (one === DRAFT ? toDefinition(editor.editing.draft) : loaded[at]?.data));
  const error = loaded.find((one) => one.error)?.error;
  const found = from && to ? changes(from, to) : [];
  const choose = (at: 0 | 1, value: string) => onPair(at === 0 ? [value, pair[1]] : [pair[0], value]);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <Button look="quiet" icon={<ArrowLeft />} onClick={() => onPair(null)}>
          All versions
        </Button>
        <Segmented
          label="What to show"
          value={view}
          onChange={setView}
          options={[
            { value: "compare", label: "Differences" },
            { value: "whole", label: "Whole" },
          ]}
        />
      </div>
      <div className="grid grid-cols-2 gap-3">
        {view === "compare" && (
          <Which label="From" value={pair[0]} numbers={numbers} onChange={(value) => choose(0, value)} />
        )}
        <Which
          label={view === "compare" ? "To" : "Version"}
          value={pair[1]}
          numbers={numbers}
          onChange={(value) => choose(1, value)}
        />
      </div>
      {error ? <Failed error={error} /> : !(from && to) ? <Loading /> : null}
      {from && to && view === "compare" && <ChangesView changes={found} />}
      {from && to && view === "compare" && found.length === 0 && (
        <p className="text-sm text-muted">They say the same.</p>
      )}
      {to && view === "whole" && <DefinitionView definition={to} />}
    </div>
  );
}

function Which({
  label,
  value,
  numbers,
  onChange,
}: {
  label: string;
  value: string;
  numbers: readonly number[];
  onChange: (value: string) => void;
}) {
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value={DRAFT}>Draft</option>
      {numbers.map((one) => (
        <option key={one} value={one}>
          v{one}
        </option>
      ))}
    </SelectField>
  );
}
