type Hour = { at: string; completed: number; failed: number; cancelled: number };
type Spent = { day: string; application_id: string | null; cost: number | null; total_tokens: number };

const SECOND_MS = 1_000;

/** Bars of all that ended, with those that failed drawn over them. */
export function stackedHours(hours: readonly Hour[]): [number[], number[], number[]] {
  return [
    hours.map((hour) => Date.parse(hour.at) / SECOND_MS),
    hours.map((hour) => hour.completed + hour.failed + hour.cancelled),
    hours.map((hour) => hour.failed),
  ];
}

/** Cost of each day, the oldest first; days of unpriced calls only count as zero. */
export function spendByDay(spend: readonly Spent[]): { day: string; cost: number }[] {
  return sum(spend, (one) => one.day)
    .map(([day, cost]) => ({ day, cost }))
    .sort((one, other) => one.day.localeCompare(other.day));
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
