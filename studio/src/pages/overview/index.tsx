import { useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { api, body } from "@/api/client";
import { ButtonLink } from "@/components/button";
import { Card, Tile } from "@/components/card";
import { Empty, Failed, Loading } from "@/components/states";
import { abbreviated, count, percent } from "@/format/numbers";
import { duration } from "@/format/times";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { Hours } from "./hours";
import { ModelHealth } from "./model-health";
import { Spend } from "./spend";
import { WorkersAlive } from "./workers-alive";

const REFRESH_MS = 5_000;
const SECOND_MS = 1_000;

/** Whether work flows: what waits, what fails, what it costs, who answers. */
export default function Overview() {
  const overview = useQuery({
    queryKey: ["overview"],
    queryFn: () => body(api.GET("/v1/overview")),
    refetchInterval: REFRESH_MS,
  });
  const mayCreate = useMay("agents:write");
  const { data } = overview;
  if (overview.error && !data)
    return (
      <Page title="Overview">
        <Failed error={overview.error} retry={() => void overview.refetch()} />
      </Page>
    );
  if (!data)
    return (
      <Page title="Overview">
        <Loading lines={8} />
      </Page>
    );
  const ended = data.hours.reduce((sum, hour) => sum + hour.completed + hour.failed + hour.cancelled, 0);
  const lastHour = data.hours.at(-1);
  if (data.agents.length === 0)
    return (
      <Page title="Overview">
        <Empty
          icon={<Bot />}
          title="Make your first agent"
          action={
            mayCreate && (
              <ButtonLink look="primary" to="/agents/new">
                New agent
              </ButtonLink>
            )
          }
        >
          An agent turns inputs into text: a product's name and a tone into a description, once or for 40,000 products.
        </Empty>
      </Page>
    );
  return (
    <Page
      title="Overview"
      actions={
        mayCreate && (
          <ButtonLink look="primary" to="/agents/new">
            New agent
          </ButtonLink>
        )
      }
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <Card className="lg:col-span-2">
          <div className="grid grid-cols-2 gap-x-6 gap-y-4 p-4 md:grid-cols-5">
            <Tile label="Waiting for a place" value={abbreviated(data.queue.queued)} title={count(data.queue.queued)}>
              {data.queue.oldest_queued_s !== null && data.queue.queued > 0
                ? `oldest ${duration(data.queue.oldest_queued_s * SECOND_MS)}`
                : "nothing waits"}
            </Tile>
            <Tile label="Running" value={abbreviated(data.queue.running)} title={count(data.queue.running)}>
              {data.workers ? `${count(data.workers.reduce((sum, one) => sum + one.places, 0))} places` : ""}
            </Tile>
            <Tile label="Waiting for a time" value={abbreviated(data.queue.waiting)} title={count(data.queue.waiting)}>
              tried again later
            </Tile>
            <Tile label="Ended this hour" value={abbreviated((lastHour?.completed ?? 0) + (lastHour?.failed ?? 0))}>
              {abbreviated(ended)} in 24 h
            </Tile>
            <Tile label="Failed, 24 h" value={data.failure_rate === null ? "–" : percent(data.failure_rate)}>
              of what ended
            </Tile>
          </div>
        </Card>
        <Hours hours={data.hours} />
        <Spend spend={data.spend} agents={data.agents} />
        <ModelHealth models={data.models} />
        <WorkersAlive workers={data.workers} />
      </div>
    </Page>
  );
}
