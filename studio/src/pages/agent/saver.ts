/** Saves a draft by itself a moment after it was changed, one request at a time, and never over what somebody else saved. */
import { Problem } from "@/api/problem";
import { type Definition, same } from "./definition";

export type SaveState =
  | { state: "saved"; at: number | null }
  | { state: "changed" }
  | { state: "saving" }
  /** It cannot be saved as it is: what is wrong is told beside the fields. */
  | { state: "faulty" }
  | { state: "failed"; error: unknown }
  | { state: "conflict"; by: string | null; at: string | null; digest: string | null };

export type Saved = { digest: string };
type Put = (definition: Definition, digest: string | null) => Promise<Saved>;
type Later = (work: () => void, ms: number) => () => void;

export const QUIET_MS = 800;
const RETRY_MS = 5_000;
const later: Later = (work, ms) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

export class Saver {
  private stop: () => void = () => {};
  private running: Promise<void> | null = null;
  private listeners = new Set<() => void>();
  state: SaveState = { state: "saved", at: null };

  /** `put` stores a definition if the draft still is the one of `digest`; null stores it whatever the draft is. */
  constructor(
    private readonly put: Put,
    private wanted: Definition,
    private stored: Definition,
    private digest: string | null,
    private readonly wait: Later = later,
    private readonly now: () => number = Date.now,
  ) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly current = (): SaveState => this.state;

  /** Of the draft as the server has it. */
  get version(): string | null {
    return this.digest;
  }

  get dirty(): boolean {
    return !same(this.wanted, this.stored);
  }

  /** The draft as it is now; `valid` false keeps it here until it is. */
  change(definition: Definition, valid: boolean): void {
    this.wanted = definition;
    if (this.state.state === "conflict") return;
    this.stop();
    if (!this.dirty) {
      if (!this.running && this.state.state !== "saved") this.tell({ state: "saved", at: this.now() });
    } else if (!valid) this.tell({ state: "faulty" });
    else {
      if (!this.running) this.tell({ state: "changed" });
      this.stop = this.wait(() => void this.flush(), QUIET_MS);
    }
  }

  /** Save now; whether everything is stored afterwards. */
  async flush(): Promise<boolean> {
    this.stop();
    if (this.running) await this.running;
    if (this.dirty && this.state.state !== "faulty" && this.state.state !== "conflict") await this.save();
    return !this.dirty;
  }

  /** Store ours over what somebody else saved. */
  async overwrite(): Promise<void> {
    this.digest = null;
    await this.save();
  }

  /** What the server has was taken over. */
  took(definition: Definition, digest: string | null): void {
    this.stop();
    this.wanted = definition;
    this.stored = definition;
    this.digest = digest;
    this.tell({ state: "saved", at: null });
  }

  close(): void {
    this.stop();
  }

  private save(): Promise<void> {
    this.running ??= this.store().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async store(): Promise<void> {
    do {
      const definition = this.wanted;
      this.tell({ state: "saving" });
      try {
        this.digest = (await this.put(definition, this.digest)).digest;
        this.stored = definition;
      } catch (error) {
        this.fail(error);
        return;
      }
    } while (this.dirty && this.state.state === "saving");
    if (!this.dirty) this.tell({ state: "saved", at: this.now() });
  }

  private fail(error: unknown): void {
    const extras = error instanceof Problem && error.status === 409 ? (error.faults[0]?.extras ?? {}) : {};
    if ("draft_digest" in extras) {
      const {
        draft_digest: digest,
        saved_by: by = null,
        saved_at: at = null,
      } = extras as Record<string, string | null>;
      this.tell({ state: "conflict", digest: digest ?? null, by, at });
      return;
    }
    this.tell({ state: "failed", error });
    // A server that is away comes back; a refusal stays one until the draft is changed.
    const away = !(error instanceof Problem) || error.status === 0 || error.status >= 500 || error.status === 429;
    if (away) this.stop = this.wait(() => void this.flush(), RETRY_MS);
  }

  private tell(state: SaveState): void {
    this.state = state;
    for (const one of this.listeners) one();
  }
}
