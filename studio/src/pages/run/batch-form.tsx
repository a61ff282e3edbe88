import { FileSpreadsheet, X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { Faults } from "@/components/states";
import { abbreviated } from "@/format/numbers";
import { badRowsOf } from "./bad-rows";
import { allBadRows } from "./bad-rows-file";
import { DropZone } from "./drop-zone";
import { EstimateCard } from "./estimate";
import { useEstimate } from "./estimating";
import { asMap, byName, type Mapping, missing } from "./mapping";
import { MappingTable } from "./mapping-table";
import { DEFAULTS, estimateQuery, type Options, uploadQuery } from "./options";
import { OptionsForm } from "./options-form";
import type { Preview } from "./preview";
import { Problems } from "./problems";
import { previewOf, type Source } from "./source";
import { StartBar } from "./start-bar";
import { useStarting } from "./starting";

type Agent = Schemas["ApplicationShape"];

/** From a file to a batch: rows, columns, problems, price, options, start. */
export function BatchForm({ agent }: { agent: Agent }) {
  const [source, setSource] = useState<Source | null>(null);
  if (!source) return <DropZone agentId={agent.id} inputs={agent.inputs} onSource={setSource} />;
  return <Chosen agent={agent} source={source} onOther={() => setSource(null)} />;
}

function Chosen({ agent, source, onOther }: { agent: Agent; source: Source; onOther: () => void }) {
  const [options, setOptions] = useState<Options>(() => ({ ...DEFAULTS, name: source.isPasted ? "" : source.name }));
  const change = (changed: Partial<Options>) => setOptions((was) => ({ ...was, ...changed }));
  const { preview, mapping, setMapping, learn } = useColumns(source, agent);
  const map = useMemo(() => (preview ? asMap(mapping, preview.columns, agent.inputs) : {}), [mapping, preview, agent]);
  const lacking = preview ? missing(mapping, agent.inputs) : [];
  const mayAsk = preview !== undefined && lacking.length === 0;
  const estimate = useEstimate(agent.id, source, estimateQuery(options, map).toString(), mayAsk);
  const starting = useStarting(agent.id, source, uploadQuery(options, map).toString());
  useEffect(() => learn(shownBy(estimate.data, estimate.error)), [learn, estimate.data, estimate.error]);

  const found = estimate.error || lacking.length > 0 ? undefined : estimate.data;
  const problem = lacking.length > 0 ? null : estimate.error;
  const refused = starting.error instanceof Problem ? badRowsOf(starting.error.faults) : [];
  const bad = refused.length > 0 ? refused : (found?.problems ?? []);
  const rows = found ? found.rows - found.bad_rows : null;
  return (
    <div className="flex flex-col gap-4">
      <FileCard source={source} onOther={onOther} found={found} />
      {preview && <MappingTable preview={preview} inputs={agent.inputs} mapping={mapping} onChange={setMapping} />}
      <Problems
        rows={bad}
        bad={found?.bad_rows ?? refused.length}
        total={found?.rows ?? refused.length}
        all={() => allBadRows(agent.id, source, estimateQuery(options, map).toString())}
        skip={options.skipBad}
        onSkip={(skipBad) => change({ skipBad })}
      />
      {lacking.length === 0 && <EstimateCard estimate={found} error={problem} isReading={estimate.isFetching} />}
      <Card title="Options" note="everything may stay as it is">
        <div className="px-4 pb-4">
          <OptionsForm options={options} change={change} agentName={agent.name} canFanOut={canFanOut(agent)} />
        </div>
      </Card>
      {starting.error !== null && refused.length === 0 && <Faults error={starting.error} />}
      <StartBar
        rows={rows}
        why={whyNot({ lacking, found, options, isReading: estimate.isFetching, error: problem })}
        sent={starting.sent}
        busy={starting.busy}
        onStart={() => void starting.start()}
        onStop={starting.stop}
      />
    </div>
  );
}

/** The columns of the rows: read here, or else told by the server; and which input each feeds. */
function useColumns(source: Source, agent: Agent) {
  const [preview, setPreview] = useState<Preview | null | undefined>(undefined);
  const [mapping, setMapping] = useState<Mapping>({});
  const { take, learn } = useMemo(() => {
    const take = (columns: Preview | null) => {
      setPreview(columns);
      if (columns) setMapping(byName(columns.columns, agent.inputs));
    };
    const learn = (told: Preview | null) => {
      if (!told) return;
      setPreview((was) => {
        if (was) return was;
        setMapping(byName(told.columns, agent.inputs));
        return told;
      });
    };
    return { take, learn };
  }, [agent]);
  useEffect(() => {
    let isOld = false;
    previewOf(source).then((found) => !isOld && take(found));
    return () => {
      isOld = true;
    };
  }, [source, take]);
  return { preview, mapping, setMapping, learn };
}

/** The server shows the columns and first rows of what cannot be read here, in its answer or in its refusal. */
function shownBy(found: Schemas["BatchEstimateShape"] | undefined, error: unknown): Preview | null {
  if (error instanceof Problem) {
    const told = error.faults.find((one) => Array.isArray(one.extras.columns))?.extras;
    if (!told) return null;
    return { columns: told.columns as string[], rows: (told.first_rows as string[][] | undefined) ?? [] };
  }
  return found ? { columns: found.columns, rows: found.first_rows } : null;
}

function whyNot({
  lacking,
  found,
  options,
  isReading,
  error,
}: {
  lacking: string[];
  found: Schemas["BatchEstimateShape"] | undefined;
  options: Options;
  isReading: boolean;
  error: unknown;
}): string | null {
  if (lacking.length > 0) return `No column feeds ${lacking.map((name) => `“${name}”`).join(", ")}.`;
  if (isReading) return "The rows are being read …";
  if (error) return "These rows cannot be run as they are.";
  if (!found) return "The rows are being read …";
  if (found.rows === 0) return "There are no rows.";
  if (found.bad_rows === found.rows) return "No row can be run.";
  if (found.bad_rows > 0 && !options.skipBad) return "Correct the rows that cannot be run, or skip them.";
  return null;
}

const canFanOut = (agent: Agent) =>
  agent.inputs.some((one) => one.input_type === "text" && Number(one.options.max_fields) > 1);

function FileCard({
  source,
  onOther,
  found,
}: {
  source: Source;
  onOther: () => void;
  found: Schemas["BatchEstimateShape"] | undefined;
}) {
  const facts = [
    `${abbreviated(source.content.size)} bytes`,
    found?.format.toUpperCase(),
    found?.encoding,
    found?.delimiter && `separated by ${DELIMITERS[found.delimiter] ?? found.delimiter}`,
  ].filter(Boolean);
  return (
    <Card className="flex items-center gap-3 px-4 py-3">
      <FileSpreadsheet className="size-5 shrink-0 text-muted" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{source.name}</div>
        <div className="text-xs text-muted">{facts.join(" · ")}</div>
      </div>
      <IconButton label="Take other rows" onClick={onOther}>
        <X />
      </IconButton>
    </Card>
  );
}

const DELIMITERS: Record<string, string> = { ",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a pipe" };
