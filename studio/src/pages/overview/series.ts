type Hour = { at: string; completed: number; failed: number; cancelled: number };
type Spent = { day: string; application_id: string | null; cost: number | null; total_tokens: number };

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** Bars of all that ended, with those that failed drawn over them; none where there is nothing to draw. */
export function stackedHours(hours: readonly Hour[]): [number[], (number | null)[], (number | null)[]] {
  return [
    hours.map((hour) => Date.parse(hour.at) / SECOND_MS),
    hours.map((hour) => hour.completed + hour.failed + hour.cancelled || null),
    hours.map((hour) => hour.failed || null),
  ];
}

/** Cost of each of the last days up to `today`, the oldest first; days without a call, or of unpriced calls only, cost nothing. */
export function spendByDay(spend: readonly Spent[], days: number, today: Date): { day: string; cost: number }[] {
  const costs = new Map(sum(spend, (one) => one.day));
  return [...Array(days).keys()].map((ago) => {
    const day = new Date(today.getTime() - (days - 1 - ago) * DAY_MS).toISOString().slice(0, 10);
    return { day, cost: costs.get(day) ?? 0 };
  });
}

/** Cost of each agent, the dearest first. */
export function spendByAgent(spend: readonly Spent[]): { agentId: string; cost: number }[] {
  return sum(spend, (one) => one.application_id ?? "")
    .map(([agentId, cost]) => ({ agentId, cost }))
    .sort((one, other) => other.cost - one.cost);
}

function sum(spend: readonly Spent[], key: (one: Spent) => string): [string, number][] {
  const sums = new Map<string, number>();
  for (const one of spend) sums.set(key(one), (sums.get(key(one)) ?? 0) + (one.cost ?? 0));
  return [...sums];
}
