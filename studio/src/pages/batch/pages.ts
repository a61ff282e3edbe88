/** Rows that one request asks for. */
export const PAGE = 100;

/** The pages that hold the rows from `first` to `last` (both shown, both counted from 0) of `total`. */
export function pagesIn(first: number, last: number, total: number): number[] {
  if (total <= 0 || last < first) return [];
  const from = Math.floor(Math.max(0, first) / PAGE);
  const to = Math.floor(Math.min(last, total - 1) / PAGE);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** On which page a row is, and where on it. */
export const placeOf = (index: number): [page: number, at: number] => [Math.floor(index / PAGE), index % PAGE];

/** Where the arrow keys lead from row `index` of `total`; null for any other key. `shown` rows are a screenful. */
export function moved(key: string, index: number, total: number, shown: number): number | null {
  const to = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + shown,
    PageUp: index - shown,
    Home: 0,
    End: total - 1,
  }[key];
  return to === undefined || total === 0 ? null : Math.max(0, Math.min(total - 1, to));
}
