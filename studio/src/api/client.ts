import createClient, { type Middleware } from "openapi-fetch";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** The session's cookie counts only together with this header, which no other site can send. */
export const HEADERS = { "X-Pressrun-Studio": "1" };

/** Called when a session has ended: the frame shows the sign-in page and comes back afterwards. */
export const session = { ended: () => {} };

const problems: Middleware = {
  async onResponse({ request, response }) {
    if (response.ok) return response;
    if (response.status === 401 && !request.url.endsWith("/v1/session")) session.ended();
    throw await Problem.of(response);
  },
  onError({ error }) {
    return error instanceof Problem ? error : Problem.unreachable();
  },
};

/** The public API. Every method answers `{ data }` or throws a Problem. */
export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  credentials: "same-origin",
  headers: HEADERS,
});
api.use(problems);

/** The answer's body, where the API always gives one. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  return (await answer).data as NonNullable<T>;
}
