import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useAction } from "@/api/action";
import { api, body } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { TextField } from "@/components/field";
import { Failed, Faults, Loading } from "@/components/states";
import { count } from "@/format/numbers";

const WORDS: Record<string, string> = {
  queued_jobs: "Jobs that wait at once",
  running_jobs: "Jobs that run at once",
  tokens_per_day: "Tokens a day",
  requests_per_minute: "Requests a minute",
};

/** What this organization may use; empty means no limit of its own. */
export function Caps() {
  const limits = useQuery({ queryKey: ["limits"], queryFn: () => body(api.GET("/v1/limits")) });
  const save = useAction((changes: Record<string, number | null>) => api.PATCH("/v1/limits", { body: changes }), {
    changes: [["limits"]],
    done: "Saved; they hold from the next request on.",
    quiet: true,
  });
  if (limits.error) return <Failed error={limits.error} retry={() => void limits.refetch()} />;
  if (!limits.data) return <Loading />;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: string) => (form.get(name) === "" ? null : Number(form.get(name)));
    save.mutate(Object.fromEntries(limits.data.data.map((one) => [one.name, value(one.name)])));
  };
  return (
    <Card title="Caps" note="Empty: no cap of its own">
      <form onSubmit={submit} className="flex flex-col gap-4 px-4 pb-4">
        <div className="grid gap-4 sm:grid-cols-2">
          {limits.data.data.map((one) => (
            <TextField
              key={one.name}
              name={one.name}
              type="number"
              min={0}
              label={WORDS[one.name] ?? one.name}
              defaultValue={one.value ?? ""}
              help={[
                one.used === null ? "" : `${count(one.used)} used now`,
                one.server_most === null ? "" : `the server takes ${count(one.server_most)} at most`,
              ]
                .filter(Boolean)
                .join(", ")}
            />
          ))}
        </div>
        <Faults error={save.error} />
        <div>
          <Button type="submit" busy={save.isPending}>
            Save caps
          </Button>
        </div>
      </form>
    </Card>
  );
}
