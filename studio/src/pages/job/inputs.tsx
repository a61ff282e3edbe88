import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { FileValue } from "@/files/file-value";
import { useMay } from "@/frame/session";
import type { Job } from "./shapes";
import { Values } from "./values";

/** What a job was given; files by their names, where the agent still asks for them. */
export function Inputs({ job }: { job: Job }) {
  const may = useMay("agents:read");
  const agent = useQuery({
    queryKey: ["agent", job.application_id],
    queryFn: () =>
      body(api.GET("/v1/applications/{application_id}", { params: { path: { application_id: job.application_id } } })),
    enabled: may && job.inputs.some((one) => one.value.some(mayBeFile)),
    retry: false,
    staleTime: 60_000,
  });
  const kinds = new Map(agent.data?.inputs.map((one) => [one.name, one.input_type]));
  return (
    <Values
      values={job.inputs.map((one) => {
        const kind = kinds.get(one.id);
        if (kind !== "file" && kind !== "media") return [one.id, one.value.join("\n")] as const;
        return [one.id, <Files key={one.id} values={one.value} />] as const;
      })}
    />
  );
}

function Files({ values }: { values: readonly string[] }) {
  return (
    <div className="flex flex-col gap-1.5">
      {values.map((value) => (
        <FileValue key={value} value={value} />
      ))}
    </div>
  );
}

/** Ids and addresses are short and have no blanks. */
const mayBeFile = (value: string) => value.length <= 2_000 && /^\S+$/.test(value);
