import type { components } from "./schema";

type ErrorBody = components["schemas"]["ErrorBody"];

/** One thing that is wrong, and where: `extras` names the input, field, row or column. */
export type Fault = { text: string; key: string; extras: Record<string, unknown> };

/** A refusal of the API, in its own words, with every fault it listed. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly faults: Fault[] = [],
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  static async of(response: Response): Promise<Problem> {
    const id = response.headers.get("x-request-id");
    try {
      const told = (await response.json()) as ErrorBody;
      const faults = told.errors.map((one) => ({ text: one.description, key: one.key, extras: one.extras }));
      return new Problem(response.status, told.message, faults, id);
    } catch {
      return new Problem(response.status, `The server answered ${response.status} without saying why.`, [], id);
    }
  }

  static unreachable(): Problem {
    return new Problem(0, "The server does not answer. What is shown may be old; it is asked again by itself.");
  }
}

/** What to show of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
