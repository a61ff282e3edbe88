/** The guide's snippets, filled with an agent's id and inputs, for the shells and languages people paste them into. */
import type { AgentInput } from "./definition";

export type Language = "curl" | "python" | "javascript" | "cli";
export type Snippet = { language: Language; label: string; before: string; code: string };
export type Values = ReadonlyMap<string, readonly string[]>;

const SAMPLES: [RegExp, string][] = [
  [/product|item/i, "Terra running shoe"],
  [/company|brand|customer/i, "Northwind Bikes"],
  [/city|place/i, "Lisbon"],
  [/ticket|message|question/i, "I was charged twice this month"],
];

/** What a caller might send: the tests' values where there are some, samples for the other inputs that are required. */
export function sampleValues(inputs: readonly AgentInput[], given: Values = new Map()): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const input of inputs) {
    const told = (given.get(input.name) ?? []).filter((one) => one.trim());
    if (told.length > 0) values.set(input.name, told);
    else if (input.required ?? true) values.set(input.name, sampleOf(input));
  }
  return values;
}

function sampleOf(input: AgentInput): string[] {
  if (input.type === "dropdown") return [input.options?.[0] ?? ""];
  if (input.type !== "text") return ["<file id>"];
  const sample = SAMPLES.find(([name]) => name.test(input.name))?.[1] ?? `a ${input.name.toLowerCase()}`;
  const least = Math.max(1, input.min_fields ?? 1);
  return [...Array(least).keys()].map((at) => (at === 0 ? sample : `${sample} ${at + 1}`));
}

export function snippets(url: string, agent: string, values: Values): Snippet[] {
  return [
    { language: "curl", label: "curl", before: `export WRITER_API_KEY=<your key>`, code: curl(url, agent, values) },
    {
      language: "python",
      label: "Python",
      before: `pip install writer-sdk\nexport WRITER_BASE_URL=${url}\nexport WRITER_API_KEY=<your key>`,
      code: python(agent, values),
    },
    {
      language: "javascript",
      label: "JavaScript",
      before: `npm install writer-sdk\nexport WRITER_BASE_URL=${url}\nexport WRITER_API_KEY=<your key>`,
      code: javascript(agent, values),
    },
    {
      language: "cli",
      label: "CLI",
      before: `export PRESSRUN_URL=${url}\nexport PRESSRUN_API_KEY=<your key>`,
      code: cli(agent, values),
    },
  ];
}

const inputsOf = (values: Values) => [...values].map(([id, value]) => ({ id, value: [...value] }));

/** In single quotes for a POSIX shell, where nothing inside is read. */
export const shell = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** A literal that JSON, Python and JavaScript read alike. */
const literal = (value: string): string => JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, escaped);
const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** JSON and Python read pairs of \u escapes differently: Python keeps letters as they are. */
const pythonLiteral = (value: string): string =>
  JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, escaped);

function curl(url: string, agent: string, values: Values): string {
  const inputs = inputsOf(values).map(({ id, value }) => {
    const texts = value.map((one) => JSON.stringify(one)).join(", ");
    return `    {"id": ${JSON.stringify(id)}, "value": [${texts}]}`;
  });
  const body = `{\n  "inputs": [\n${inputs.join(",\n")}\n  ]\n}`;
  return `# Create a job; its id comes back at once.
JOB=$(curl -sS ${url}/v1/applications/${agent}/jobs \\
  -H "Authorization: Bearer $WRITER_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d ${shell(body)} \\
  | sed -E 's/.*"job_id": ?"([^"]+)".*/\\1/')

# Wait for its result, up to a minute at a time.
curl -sS "${url}/v1/applications/jobs/$JOB?wait=60" \\
  -H "Authorization: Bearer $WRITER_API_KEY"`;
}

function lines(values: Values, open: (id: string, value: string) => string, text: (value: string) => string): string {
  return inputsOf(values)
    .map(({ id, value }) => open(text(id), `[${value.map(text).join(", ")}]`))
    .join("\n");
}

function python(agent: string, values: Values): string {
  const inputs = lines(values, (id, value) => `        {"id": ${id}, "value": ${value}},`, pythonLiteral);
  return `import time

from writerai import Writer

client = Writer()  # reads WRITER_BASE_URL and WRITER_API_KEY

job = client.applications.jobs.create(
    application_id="${agent}",
    inputs=[
${inputs}
    ],
)
while True:
    result = client.applications.jobs.retrieve(job.id)
    if result.status != "in_progress":
        break
    time.sleep(1)
print(result.data.suggestion if result.data else result.error)`;
}

function javascript(agent: string, values: Values): string {
  const inputs = lines(values, (id, value) => `    { id: ${id}, value: ${value} },`, literal);
  return `import Writer from "writer-sdk";

const client = new Writer(); // reads WRITER_BASE_URL and WRITER_API_KEY

const job = await client.applications.jobs.create("${agent}", {
  inputs: [
${inputs}
  ],
});
let result;
do {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  result = await client.applications.jobs.retrieve(job.id);
} while (result.status === "in_progress");
console.log(result.data?.suggestion ?? result.error);`;
}

function cli(agent: string, values: Values): string {
  const given = inputsOf(values).flatMap(({ id, value }) => value.map((one) => shell(`${id}=${one}`)));
  return [`pressrun run ${agent}`, ...given].join(" \\\n  ");
}
