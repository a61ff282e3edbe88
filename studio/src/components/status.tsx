export type Tone = "good" | "warn" | "bad" | "info" | "neutral";

const TONES: Record<Tone, string> = {
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  neutral: "bg-hover text-muted",
};

/** A dot and a word, never colour alone. */
export function Badge({ tone = "neutral", live = false, children }: { tone?: Tone; live?: boolean; children: string }) {
  return (
    <span
      className={`inline-flex h-5 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      <span className={`size-1.5 rounded-full bg-current ${live ? "animate-pulse-soft" : ""}`} aria-hidden="true" />
      {children}
    </span>
  );
}

const STATES: Record<string, [Tone, string]> = {
  queued: ["neutral", "queued"],
  loading: ["info", "loading"],
  running: ["info", "running"],
  waiting: ["warn", "waiting"],
  paused: ["warn", "paused"],
  completed: ["good", "completed"],
  completed_with_errors: ["warn", "completed with errors"],
  failed: ["bad", "failed"],
  invalid: ["bad", "invalid"],
  cancelled: ["neutral", "cancelled"],
  deployed: ["good", "deployed"],
  draft: ["neutral", "draft"],
  delivered: ["good", "delivered"],
  pending: ["info", "pending"],
  enabled: ["good", "enabled"],
  disabled: ["bad", "disabled"],
};

/** The state of a job, row, batch, agent, delivery or webhook, in the same colours everywhere. */
export function Status({ state }: { state: string }) {
  const [tone, word] = STATES[state] ?? ["neutral", state.replaceAll("_", " ")];
  return (
    <Badge tone={tone} live={state === "running" || state === "loading"}>
      {word}
    </Badge>
  );
}
