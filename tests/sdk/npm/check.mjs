// Writer's npm client against a running server: jobs, generating, chats, files, graphs, and its error classes.
// Usage: WRITER_BASE_URL=… WRITER_API_KEY=… node check.mjs AGENT FAILING_AGENT
import assert from "node:assert/strict";
import { createReadStream, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import Writer from "writer-sdk";

const [agent, failingAgent] = process.argv.slice(2);
const client = new Writer({ maxRetries: 0 });
const inputs = (...value) => ({ inputs: [{ id: "Product name", value }] });

async function finished(id) {
  for (let tries = 0; tries < 200; tries++) {
    const job = await client.applications.jobs.retrieve(id);
    if (job.status !== "in_progress") return job;
    await sleep(50);
  }
  throw new Error(`job ${id} did not end`);
}

const page = await client.applications.list();
assert.ok(page.data.some((application) => application.alias === agent));
const application = await client.applications.retrieve(agent);
assert.equal(application.status, "deployed");

const created = await client.applications.jobs.create(agent, inputs("Terra running shoe"));
assert.equal(created.status, "in_progress");
assert.equal(created.job_id, created.id);
const job = await finished(created.id);
assert.equal(job.status, "completed");
assert.match(job.data.suggestion, /Terra running shoe/);

const jobs = await client.applications.jobs.list(agent, { limit: 10 });
assert.ok(jobs.result.some((one) => one.id === created.id));
const listed = [];
for await (const one of client.applications.jobs.list(agent)) listed.push(one.id);
assert.ok(listed.includes(created.id));

const failing = await client.applications.jobs.create(failingAgent, inputs("x"));
const failed = await finished(failing.id);
assert.equal(failed.status, "failed");
assert.equal(typeof failed.error, "string");
const retried = await client.applications.jobs.retry(failing.id);
assert.equal(retried.id, failing.id);
assert.equal((await finished(failing.id)).status, "failed");

await assert.rejects(client.applications.jobs.retry(created.id), Writer.ConflictError);
await assert.rejects(client.applications.jobs.retrieve("nobody"), Writer.NotFoundError);
await assert.rejects(client.applications.jobs.create(agent, { inputs: [] }), Writer.BadRequestError);
await assert.rejects(client.get("/_stainless_unknown_path"), Writer.NotFoundError);
await assert.rejects(new Writer({ apiKey: "wrong" }).applications.list(), Writer.AuthenticationError);

const generated = await client.applications.generateContent(agent, inputs("Aqua"));
assert.match(generated.suggestion, /Aqua/);
let streamed = "";
for await (const chunk of await client.applications.generateContent(agent, { ...inputs("Flex"), stream: true })) {
  streamed += chunk.delta.content ?? "";
}
assert.match(streamed, /Flex/);

const ask = { model: "scripted", messages: [{ role: "user", content: "a name for Aqua" }] };
const said = await client.chat.chat(ask);
assert.equal(said.choices[0].message.content, "a name for Aqua");
assert.equal(said.usage.total_tokens, 8);
let heard = "";
for await (const chunk of await client.chat.chat({ ...ask, stream: true })) heard += chunk.choices[0].delta.content ?? "";
assert.equal(heard, "a name for Aqua");
await assert.rejects(client.chat.chat({ ...ask, model: "nobody" }), Writer.NotFoundError);
const refused = await client.chat.chat({ ...ask, model: "refusing" }).catch((error) => error);
assert.equal(refused.status, 502);
const completion = await client.completions.create({ model: "scripted", prompt: "Flex" });
assert.equal(completion.choices[0].text, "Flex");
let completed = "";
for await (const chunk of await client.completions.create({ model: "scripted", prompt: "Flex it", stream: true })) {
  completed += chunk.value;
}
assert.equal(completed, "Flex it");
assert.ok((await client.models.list()).models.some((model) => model.id === "scripted"));

writeFileSync("warranty.txt", "The warranty lasts for two years.");
const file = await client.files.upload({
  content: createReadStream("warranty.txt"),
  "Content-Disposition": "attachment; filename=warranty.txt",
  "Content-Type": "text/plain",
});
const graph = await client.graphs.create({ name: "Shop" });
await client.graphs.addFileToGraph(graph.id, { file_id: file.id });
for (let tries = 0; (await client.graphs.retrieve(graph.id)).file_status.in_progress; tries++) {
  assert.ok(tries < 200, "the file is not taken in");
  await sleep(50);
}
assert.equal((await client.files.retrieve(file.id)).status, "completed");
assert.equal(await (await client.files.download(file.id)).text(), "The warranty lasts for two years.");
const question = {
  graph_ids: [graph.id],
  question: "How long is the warranty?",
  query_config: { keyword_threshold: 0, semantic_threshold: 0 },
};
const answer = await client.graphs.question(question);
assert.match(answer.answer, /two years/);
assert.equal(answer.sources[0].file_id, file.id);
let told = "";
let sources = [];
for await (const chunk of await client.graphs.question({ ...question, stream: true })) {
  told += chunk.data.answer;
  sources = chunk.data.sources;
}
assert.match(told, /two years/);
assert.equal(sources[0].file_id, file.id);
await client.graphs.removeFileFromGraph(file.id, { graph_id: graph.id });
assert.ok((await client.graphs.delete(graph.id)).deleted);
assert.ok((await client.files.delete(file.id)).deleted);
console.log("npm client: all checks passed");
