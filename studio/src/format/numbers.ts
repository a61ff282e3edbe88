const exact = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** 37271 → "37,271". */
export const count = (value: number): string => exact.format(value);

/** 37271 → "37.3 k": for tiles; tables are exact. */
export function abbreviated(value: number): string {
  if (value < 10_000) return exact.format(value);
  return short.format(value).replace(/([KMBT])$/, (unit) => ` ${unit === "K" ? "k" : unit}`);
}

/** Dollars: exact to the cent from a dollar on, two significant digits below it; "–" where no price is known. */
export function money(dollars: number | null | undefined): string {
  if (dollars === null || dollars === undefined) return "–";
  if (dollars === 0) return "$0";
  if (Math.abs(dollars) >= 1)
    return `$${dollars.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  const digits = Math.min(9, 1 - Math.floor(Math.log10(Math.abs(dollars))));
  return `$${dollars.toFixed(Math.max(2, digits))}`;
}

/** 0.0312 → "3.1 %". */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(share * 100).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`;
}

/** A rate per second: "68.8 /s". */
export function rate(perSecond: number): string {
  return `${perSecond >= 100 ? Math.round(perSecond) : perSecond.toFixed(1)} /s`;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** A size: 1536 → "1.5 kB". */
export function bytes(size: number): string {
  let [value, unit] = [size, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
