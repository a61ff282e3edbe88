/** What the pages of agents ask of the API. */
import { api, body, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Definition } from "../agent/definition";
import { withoutAlias } from "./gallery";

export type Application = Schemas["ApplicationShape"];

const YAML = { "Content-Type": "application/yaml" };
const PAGE = 100;

/** Every agent, the newest first, drafts too. */
export async function listAgents(): Promise<Application[]> {
  const all: Application[] = [];
  for (let after: string | undefined; ; after = all.at(-1)?.id) {
    const query = { limit: String(PAGE), order: "desc", include: "drafts", ...(after ? { after } : {}) };
    const page = await body(api.GET("/v1/applications", { params: { query } }));
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

export async function createFromYaml(yaml: string): Promise<Application> {
  return body(
    api.POST("/v1/applications", {
      body: yaml as never,
      bodySerializer: (text: unknown) => text as string,
      headers: YAML,
    }),
  );
}

/** An agent from the gallery; where its alias is taken, one without. */
export async function createFromExample(yaml: string): Promise<Application> {
  try {
    return await createFromYaml(yaml);
  } catch (error) {
    if (error instanceof Problem && error.status === 409) return createFromYaml(withoutAlias(yaml));
    throw error;
  }
}

export async function create(definition: Definition): Promise<Application> {
  return body(api.POST("/v1/applications", { body: definition as never }));
}

/** Another agent with the same draft. */
export async function duplicate(agent: Application): Promise<Application> {
  const params = { path: { application_id: agent.id } };
  const draft = (await body(api.GET("/v1/applications/{application_id}/draft", { params }))) as unknown as Definition;
  const { alias: _, ...rest } = draft;
  return create({ ...rest, name: `${draft.name.slice(0, 240)} copy` });
}

export type Open = { count: number; jobs: { id: string; batch: boolean }[] };

/** The jobs of an agent that have not ended. */
export async function openJobs(agent: string): Promise<Open> {
  const params = { path: { application_id: agent }, query: { status: "in_progress", limit: "5" } };
  const page = await body(api.GET("/v1/applications/{application_id}/jobs", { params }));
  const jobs = page.result.map((one) => ({ id: one.id, batch: Boolean((one as { batch_id?: string }).batch_id) }));
  return { count: page.totalCount, jobs };
}

export async function remove(agent: string, jobs: "drain" | "cancel"): Promise<void> {
  await api.DELETE("/v1/applications/{application_id}", {
    params: { path: { application_id: agent }, query: { jobs } },
  });
}

export type Done = Pick<Schemas["AgentActivity"], "last_run_at" | "runs" | "failed">;

/** How the agents did in the last seven days, by id. */
export async function recentRuns(): Promise<Map<string, Done>> {
  const { agents } = await body(api.GET("/v1/overview"));
  return new Map(agents.map((one) => [one.application_id, one]));
}
