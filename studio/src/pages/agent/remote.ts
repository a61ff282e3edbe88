/** What the editor asks of the API. */
import { api, type Schemas } from "@/api/client";
import type { Definition } from "./definition";
import type { Saved } from "./saver";

export type Application = Schemas["ApplicationShape"];
export type Loaded = { definition: Definition; digest: string | null };

const path = (id: string) => ({ path: { application_id: id } });
const digestOf = (response: Response) =>
  response.headers.get("etag")?.replace(/^W\//, "").replaceAll('"', "") ?? response.headers.get("x-draft-digest");

const ifMatch = (digest: string | null): Record<string, string> => (digest ? { "If-Match": `"${digest}"` } : {});

export async function loadDraft(id: string): Promise<Loaded> {
  const { data, response } = await api.GET("/v1/applications/{application_id}/draft", { params: path(id) });
  return { definition: data as unknown as Definition, digest: digestOf(response) };
}

export async function loadVersion(id: string, version: number): Promise<Definition> {
  const { data } = await api.GET("/v1/applications/{application_id}/versions/{version}", {
    params: { path: { application_id: id, version: String(version) } },
  });
  return data as unknown as Definition;
}

/** Store the draft, if it still is the one of `digest`; a null digest stores it whatever it is. */
export async function putDraft(id: string, definition: Definition, digest: string | null): Promise<Saved> {
  const { response } = await api.PUT("/v1/applications/{application_id}/draft", {
    params: path(id),
    body: definition as never,
    headers: ifMatch(digest),
  });
  return { digest: digestOf(response) ?? "" };
}

/** Deploy the draft, if it still is the one of `digest`: what was looked at. */
export async function deploy(id: string, note: string, digest: string | null): Promise<Schemas["DeployedApplication"]> {
  const { data } = await api.POST("/v1/applications/{application_id}/deploy", {
    params: path(id),
    body: { note },
    headers: ifMatch(digest),
  });
  return data as Schemas["DeployedApplication"];
}

export async function rollBack(id: string, version: number): Promise<void> {
  await api.POST("/v1/applications/{application_id}/rollback", { params: path(id), body: { version } });
}

export async function listVersions(id: string): Promise<Schemas["VersionShape"][]> {
  const { data } = await api.GET("/v1/applications/{application_id}/versions", { params: path(id) });
  return data?.data ?? [];
}
