/** How a batch is to be run, as the form has it: texts, checked by the server. */
export type Options = {
  name: string;
  maxCost: string;
  trial: "none" | "sample" | "canary";
  trialRows: string;
  stopOnErrors: string;
  deadlineHours: string;
  priority: string;
  webhookUrl: string;
  skipBad: boolean;
  dedupe: boolean;
  reuse: boolean;
  fanOut: boolean;
};

export const DEFAULTS: Options = {
  name: "",
  maxCost: "",
  trial: "none",
  trialRows: "5",
  stopOnErrors: "",
  deadlineHours: "",
  priority: "5",
  webhookUrl: "",
  skipBad: false,
  dedupe: true,
  reuse: false,
  fanOut: false,
};

const HOUR_S = 3600;

/** The query of an upload. Numbers that cannot be read go as they are: the server says what is wrong with them. */
export function uploadQuery(options: Options, map: Record<string, string>): URLSearchParams {
  const query = new URLSearchParams();
  const say = (name: string, value: string, usual = "") => {
    if (value.trim() !== usual) query.set(name, value.trim());
  };
  say("name", options.name);
  say("max_cost", options.maxCost);
  if (options.trial !== "none") say(options.trial, options.trialRows);
  say("stop_on_errors", options.stopOnErrors === "" ? "" : `${options.stopOnErrors.replace("%", "").trim()}%`);
  say("deadline_s", seconds(options.deadlineHours));
  say("priority", options.priority, DEFAULTS.priority);
  say("webhook_url", options.webhookUrl);
  if (options.skipBad) query.set("on_bad_rows", "skip");
  if (!options.dedupe) query.set("dedupe", "false");
  if (options.reuse) query.set("reuse", "true");
  if (options.fanOut) query.set("fan_out", "true");
  if (Object.keys(map).length > 0) query.set("map", JSON.stringify(map));
  return query;
}

function seconds(hours: string): string {
  const value = Number(hours);
  return hours.trim() === "" || !Number.isFinite(value) ? hours.trim() : String(Math.round(value * HOUR_S));
}

/** What an estimate depends on; the rest of the options changes nothing about it. */
export const estimateQuery = (options: Options, map: Record<string, string>): URLSearchParams =>
  uploadQuery({ ...DEFAULTS, dedupe: options.dedupe, fanOut: options.fanOut }, map);
