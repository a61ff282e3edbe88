import { useQuery } from "@tanstack/react-query";
import { Cpu, MoreHorizontal, Plus } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { Confirm } from "@/components/dialog";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import { Empty, Failed, Loading } from "@/components/states";
import { Badge } from "@/components/status";
import { type Column, Table } from "@/components/table";
import { toast } from "@/components/toast";
import { money } from "@/format/numbers";
import { ModelForm } from "./model-form";

type Model = Schemas["ModelShape"];

const CHANGES = [["models"]];
const path = (model: Model) => ({ params: { path: { name: model.name } } });
const perMillion = (price: number | null) => (price === null ? "–" : money(price));
const limit = (value: number | null, what: string) =>
  value === null ? null : `${value.toLocaleString("en-US")} ${what}`;

function Price({ model }: { model: Model }) {
  if (model.price_source === "free") return <>free</>;
  if (model.price_source === "unknown") return <span className="text-muted">unknown: cost is not counted</span>;
  return (
    <span title={model.price_source === "set" ? "set here" : "from the table of prices"}>
      {perMillion(model.input_price)} in, {perMillion(model.output_price)} out
    </span>
  );
}

const COLUMNS: Column<Model>[] = [
  {
    head: "Name",
    cell: (model) => (
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-medium break-all">{model.name}</span>
        {model.default && <Badge tone="info">default</Badge>}
        {model.vision && (
          <span title="It can see images">
            <Badge>sees</Badge>
          </span>
        )}
        {model.held_back && (
          <span title={model.held_back}>
            <Badge tone="warn">held back</Badge>
          </span>
        )}
      </span>
    ),
  },
  {
    head: "Where",
    wide: true,
    cell: (model) => <span className="break-all text-muted">{model.base_url ?? model.kind}</span>,
  },
  { head: "Price", cell: (model) => <Price model={model} /> },
  {
    head: "Limits",
    wide: true,
    cell: (model) =>
      [limit(model.rpm, "requests/min"), limit(model.tpm, "tokens/min"), limit(model.concurrency, "at once")]
        .filter(Boolean)
        .join(", ") || <span className="text-muted">what the provider allows</span>,
  },
];

/** Who answers: add, test, limit, price, choose the default. */
export default function Models() {
  const [editing, setEditing] = useState<Model | "new" | null>(null);
  const [removing, setRemoving] = useState<Model | null>(null);
  const models = useQuery({ queryKey: ["models"], queryFn: () => body(api.GET("/v1/models")) });
  const setDefault = useAction((model: Model) => api.POST("/v1/models/{name}/default", path(model)), {
    changes: CHANGES,
    done: "It answers for every prompt that names no model.",
  });
  const test = useAction(async (model: Model) => {
    const trial = await body(api.POST("/v1/models/{name}/test", path(model)));
    toast(`${model.name} answered in ${trial.seconds.toFixed(1)} s: ${trial.text.slice(0, 120)}`);
  });
  const remove = useAction((model: Model) => api.DELETE("/v1/models/{name}", path(model)), {
    changes: CHANGES,
    quiet: true,
  });
  if (models.error) return <Failed error={models.error} retry={() => void models.refetch()} />;
  if (!models.data) return <Loading />;
  return (
    <>
      <Card
        title="Models"
        note="Prices per million tokens"
        actions={
          <Button look="primary" icon={<Plus />} onClick={() => setEditing("new")}>
            Add a model
          </Button>
        }
      >
        {models.data.models.length === 0 ? (
          <Empty icon={<Cpu />} title="No model answers yet">
            Anything that speaks OpenAI's chat format can be added by its address.
          </Empty>
        ) : (
          <Table
            label="Models"
            rows={models.data.models}
            rowKey={(model) => model.id}
            columns={[
              ...COLUMNS,
              {
                head: "",
                right: true,
                cell: (model) => (
                  <span className="flex justify-end gap-1">
                    <Button
                      size="small"
                      busy={test.isPending && test.variables === model}
                      onClick={() => test.mutate(model)}
                    >
                      Test
                    </Button>
                    <Menu
                      trigger={
                        <IconButton label={`More for ${model.name}`} size="small">
                          <MoreHorizontal />
                        </IconButton>
                      }
                    >
                      <MenuItem disabled={model.default} onSelect={() => setDefault.mutate(model)}>
                        Make it the default
                      </MenuItem>
                      <MenuItem onSelect={() => setEditing(model)}>Prices and limits</MenuItem>
                      <MenuLine />
                      <MenuItem danger disabled={model.source !== "added"} onSelect={() => setRemoving(model)}>
                        Remove
                      </MenuItem>
                    </Menu>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Card>
      <ModelForm
        model={editing === "new" ? null : editing}
        open={editing !== null}
        onOpenChange={() => setEditing(null)}
      />
      <Confirm
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={`Remove ${removing?.name ?? ""}`}
        description="Prompts that name it fail from now on, until they name another."
        action="Remove"
        onConfirm={() => remove.mutateAsync(removing as Model)}
      />
    </>
  );
}
