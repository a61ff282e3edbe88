import { api, body, type Schemas } from "@/api/client";

/** How somebody's sessions are listed and ended; `key` is what the list is remembered by. */
export type Ways = {
  key: readonly string[];
  list: () => Promise<Schemas["SignedInPage"]>;
  end: (id: string) => Promise<unknown>;
  endAll: () => Promise<unknown>;
};

/** Those of whoever looks; all are all others. */
export const own: Ways = {
  key: ["sessions"],
  list: () => body(api.GET("/v1/sessions")),
  end: (id: string) => api.DELETE("/v1/sessions/{session_id}", { params: { path: { session_id: id } } }),
  endAll: () => api.DELETE("/v1/sessions"),
};

/** Those of somebody else, for administrators. */
export function ofPerson(person_id: string): Ways {
  const path = { person_id };
  return {
    key: ["people", person_id, "sessions"],
    list: () => body(api.GET("/v1/people/{person_id}/sessions", { params: { path } })),
    end: (id) =>
      api.DELETE("/v1/people/{person_id}/sessions/{session_id}", { params: { path: { ...path, session_id: id } } }),
    endAll: () => api.DELETE("/v1/people/{person_id}/sessions", { params: { path } }),
  };
}
