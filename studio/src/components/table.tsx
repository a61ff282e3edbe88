import type { ReactNode } from "react";

export type Column<T> = {
  head: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right, under their head. */
  right?: boolean;
  /** Left out on a phone. */
  wide?: boolean;
};

/** A plain table of few rows, in a box that scrolls sideways before anything is cut off. */
export function Table<T>({
  label,
  columns,
  rows,
  rowKey,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
}) {
  const place = (column: Column<T>) =>
    `px-4 py-2 align-top ${column.right ? "text-right" : "text-left"} ${column.wide ? "max-md:hidden" : ""}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="relative overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-y border-line bg-sunken text-xs text-muted">
            {columns.map((column) => (
              <th key={column.head} scope="col" className={`${place(column)} font-medium`}>
                {column.head || <span className="sr-only">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-b border-line last:border-0">
              {columns.map((column) => (
                <td key={column.head} className={place(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
