import type { Definition } from "./definition";
import { KINDS } from "./input-kinds";

const TEXT = "rounded-md bg-sunken p-2 text-sm break-words whitespace-pre-wrap";

/** A definition to read: its inputs, its prompts as written, its output. */
export function DefinitionView({ definition }: { definition: Definition }) {
  return (
    <div className="flex flex-col gap-4">
      <section>
        <h3 className="mb-1 text-sm font-medium">Inputs</h3>
        <ul className="flex flex-col gap-1 text-sm">
          {(definition.inputs ?? []).map((one) => (
            <li key={one.name} className="flex flex-wrap gap-x-2">
              <span className="font-medium">{one.name}</span>
              <span className="text-muted">
                {[KINDS[one.type].label, (one.required ?? true) ? "required" : "optional", one.options?.join(", ")]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          ))}
          {(definition.inputs ?? []).length === 0 && <li className="text-muted">none</li>}
        </ul>
      </section>
      {(definition.graphs ?? []).length > 0 && (
        <section>
          <h3 className="mb-1 text-sm font-medium">Knowledge</h3>
          <p className="text-sm text-muted">
            {definition.graphs?.length === 1 ? "one graph" : `${definition.graphs?.length} graphs`}
          </p>
        </section>
      )}
      {definition.prompts.map((one) => (
        <section key={one.name} className="flex flex-col gap-1">
          <h3 className="flex flex-wrap gap-x-2 text-sm font-medium">
            {one.name}
            <span className="font-normal text-muted">
              {[
                one.models?.length ? one.models.join(", then ") : (one.model ?? "default model"),
                one.temperature === undefined || one.temperature === null ? "" : `temperature ${one.temperature}`,
                one.max_tokens ? `at most ${one.max_tokens} tokens` : "",
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </h3>
          {one.system && <p className={`${TEXT} text-muted`}>{one.system}</p>}
          <p className={TEXT}>{one.prompt}</p>
          {one.json_schema && (
            <pre className="overflow-auto rounded-md bg-sunken p-2 font-mono text-xs">
              {JSON.stringify(one.json_schema, null, 2)}
            </pre>
          )}
        </section>
      ))}
      <section>
        <h3 className="mb-1 text-sm font-medium">{definition.output?.title ?? "Output"}</h3>
        <p className={TEXT}>{definition.output?.template ?? "The result of the last prompt."}</p>
      </section>
    </div>
  );
}
