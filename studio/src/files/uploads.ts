/** Files on their way to the server, a few at a time. */

export type Upload<F, S> = {
  key: number;
  name: string;
  size: number;
  share: number;
  state: "waiting" | "sending" | "done" | "failed";
  error: unknown;
  file: F;
  stored: S | null;
};

type Send<F, S> = (file: F, told: (share: number) => void, signal: AbortSignal) => Promise<S>;

export const AT_ONCE = 3;

/** A queue that sends what is added, `AT_ONCE` at a time, and tells whenever something has moved. */
export class Uploads<F extends { name: string; size: number }, S> {
  list: readonly Upload<F, S>[] = [];
  private next = 1;
  private readonly gone = new Map<number, AbortController>();

  constructor(
    private readonly send: Send<F, S>,
    private readonly moved: (list: readonly Upload<F, S>[]) => void,
    private readonly arrived: (stored: S) => void = () => {},
  ) {}

  add(files: readonly F[]) {
    const added = files.map((file) => ({
      key: this.next++,
      name: file.name,
      size: file.size,
      share: 0,
      state: "waiting" as const,
      error: null,
      file,
      stored: null,
    }));
    this.set([...this.list, ...added]);
    this.go();
  }

  /** Once more, what failed. */
  again(key: number) {
    this.change(key, { state: "waiting", share: 0, error: null });
    this.go();
  }

  /** Forget one, wherever it stands; what is being sent is broken off. */
  remove(key: number) {
    this.gone.get(key)?.abort();
    this.set(this.list.filter((one) => one.key !== key));
    this.go();
  }

  /** Forget what has arrived. */
  clear() {
    this.set(this.list.filter((one) => one.state !== "done"));
  }

  stop() {
    for (const one of this.gone.values()) one.abort();
  }

  get isBusy(): boolean {
    return this.list.some((one) => one.state === "waiting" || one.state === "sending");
  }

  private go() {
    const free = AT_ONCE - this.list.filter((one) => one.state === "sending").length;
    for (const one of this.list.filter((upload) => upload.state === "waiting").slice(0, Math.max(0, free)))
      void this.run(one);
  }

  private async run({ key, file }: Upload<F, S>) {
    const gone = new AbortController();
    this.gone.set(key, gone);
    this.change(key, { state: "sending" });
    try {
      const stored = await this.send(file, (share) => this.change(key, { share }), gone.signal);
      this.change(key, { state: "done", share: 1, stored });
      this.arrived(stored);
    } catch (error) {
      if (!gone.signal.aborted) this.change(key, { state: "failed", error });
    } finally {
      this.gone.delete(key);
      this.go();
    }
  }

  private change(key: number, change: Partial<Upload<F, S>>) {
    this.set(this.list.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  private set(list: readonly Upload<F, S>[]) {
    this.list = list;
    this.moved(list);
  }
}
