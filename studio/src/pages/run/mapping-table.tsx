import { Card } from "@/components/card";
import { ID, type Input, type Mapping, mapped, missing } from "./mapping";
import type { Preview } from "./preview";

/** Which column feeds which input, over the file's first rows. */
export function MappingTable({
  preview,
  inputs,
  mapping,
  onChange,
}: {
  preview: Preview;
  inputs: readonly Input[];
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}) {
  const lacking = missing(mapping, inputs);
  return (
    <Card
      title="Columns"
      note={
        preview.rows.length > 0
          ? `the first ${preview.rows.length === 1 ? "row" : `${preview.rows.length} rows`}`
          : "there are no rows"
      }
    >
      {lacking.length > 0 && (
        <p role="alert" className="mx-4 mb-3 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          No column feeds {lacking.map((name) => `“${name}”`).join(", ")}: choose one below.
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="overflow-x-auto border-t border-line" tabIndex={0} aria-label="Columns and what they feed">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr>
              {preview.columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className="min-w-36 border-line px-3 py-2 text-left align-bottom not-first:border-l"
                >
                  <div className="max-w-56 truncate text-xs font-medium" title={column}>
                    {column}
                  </div>
                  <Target {...{ column, inputs, mapping, onChange }} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no name but their place
              <tr key={at} className="border-t border-line">
                {preview.columns.map((column, place) => (
                  <td
                    key={column}
                    className={`max-w-56 truncate border-line px-3 py-1.5 not-first:border-l ${mapping[column] ? "" : "text-muted"}`}
                    title={row[place]}
                  >
                    {row[place]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

function Target({
  column,
  inputs,
  mapping,
  onChange,
}: {
  column: string;
  inputs: readonly Input[];
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}) {
  const target = mapping[column] ?? "";
  return (
    <select
      aria-label={`What the column ${column} feeds`}
      value={target}
      onChange={(event) => onChange(mapped(mapping, column, event.target.value, inputs))}
      className={`mt-1 h-7 w-full max-w-56 rounded-md border bg-surface px-1.5 text-xs font-normal ${target ? "border-brand text-brand-text" : "border-line text-muted"}`}
    >
      <option value="">kept, not used</option>
      {inputs.map((one) => (
        <option key={one.name} value={one.name}>
          → {one.name}
        </option>
      ))}
      {!inputs.some((one) => one.name === ID) && <option value={ID}>→ the row's own id</option>}
    </select>
  );
}
