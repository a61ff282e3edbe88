import type { FormEvent } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox, TextField } from "@/components/field";
import { Faults } from "@/components/states";

type Model = Schemas["ModelShape"];

const NUMBERS = [
  ["rpm", "Requests per minute"],
  ["tpm", "Tokens per minute"],
  ["concurrency", "Calls at once"],
  ["input_price", "Price in, $ per million tokens"],
  ["output_price", "Price out, $ per million tokens"],
  ["timeout_s", "Longest answer, seconds"],
] as const;

type Numbers = Partial<Record<(typeof NUMBERS)[number][0], number | null>>;

function numbersOf(form: FormData): Numbers {
  return Object.fromEntries(
    NUMBERS.map(([name]) => {
      const text = String(form.get(name) ?? "").trim();
      return [name, text === "" ? null : Number(text)];
    }),
  );
}

/** Adds a model, or changes prices and limits of one. An empty number means: as the provider has it. */
export function ModelForm({
  model,
  open,
  onOpenChange,
}: {
  model: Model | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const save = useAction(
    (form: FormData) => {
      const numbers = numbersOf(form);
      if (model) {
        const { timeout_s, ...rest } = numbers;
        const changed = timeout_s === null ? rest : numbers; // no timeout is no change: there always is one
        const vision = form.get("vision") === "on";
        const changes = vision === model.vision ? changed : { ...changed, vision };
        return body(api.PATCH("/v1/models/{name}", { params: { path: { name: model.name } }, body: changes }));
      }
      const text = (name: string) => String(form.get(name)).trim() || null;
      const { timeout_s, ...rest } = numbers;
      return body(
        api.POST("/v1/models", {
          body: {
            name: String(form.get("name")).trim(),
            base_url: text("base_url"),
            model_id: text("model_id"),
            api_key: text("api_key"),
            default: form.get("default") === "on",
            vision: form.get("vision") === "on",
            ...rest,
            ...(timeout_s ? { timeout_s } : {}),
          },
        }),
      );
    },
    { changes: [["models"]], done: model ? "Changed." : "Added.", quiet: true },
  );
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    await save.mutateAsync(new FormData(event.currentTarget)).then(
      () => onOpenChange(false),
      () => {}, // the form shows why it was refused
    );
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={model ? `Prices and limits of ${model.name}` : "Add a model"}
    >
      <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
        {!model && (
          <>
            <TextField label="Name" name="name" required autoFocus placeholder="gpt" help="What prompts call it." />
            <TextField label="Address" name="base_url" type="url" required placeholder="https://api.openai.com/v1" />
            <TextField label="The provider's name for it" name="model_id" placeholder="gpt-4o-mini" />
            <TextField label="API key" name="api_key" type="password" help="Kept encrypted; never shown again." />
          </>
        )}
        <div className="grid grid-cols-2 gap-4">
          {NUMBERS.map(([name, label]) => (
            <TextField
              key={name}
              label={label}
              name={name}
              type="number"
              min={0}
              step={name.endsWith("price") ? "any" : 1}
              defaultValue={(model as Numbers | null)?.[name] ?? ""}
            />
          ))}
        </div>
        <Checkbox
          name="vision"
          label="It can see images"
          help="Only such models are asked with the images of an input."
          defaultChecked={model?.vision ?? false}
        />
        {!model && <Checkbox name="default" label="Make it the default" />}
        <Faults error={save.error} />
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={save.isPending}>
            {model ? "Save" : "Add"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
