import { Checkbox } from "@/components/field";
import { type AgentInput, DEFAULT_FILE_TYPES, DEFAULT_IMAGE_TYPES } from "./definition";
import { useIssue } from "./editing-context";
import { NumberField } from "./input-form";
import { ListField } from "./list-field";

type Set = (change: Partial<AgentInput>, place?: string) => void;
type Told = { input: AgentInput; field: string; set: Set };
const whole = (value: number | null, otherwise: number) => value ?? otherwise;

/** The limits that an input of this type has. */
export function InputLimits(told: Told) {
  if (told.input.type === "dropdown") return <Options {...told} />;
  if (told.input.type === "text") return <Fields {...told} />;
  return <Files {...told} />;
}

function Options({ input, field, set }: Told) {
  return (
    <ListField
      label="Options"
      help="One a line. Callers send exactly what is written here."
      value={input.options ?? []}
      error={useIssue(`${field}.options`)}
      onChange={(options) => set({ options }, "options")}
    />
  );
}

function Fields({ input, field, set }: Told) {
  return (
    <fieldset className="grid grid-cols-2 gap-2">
      <legend className="sr-only">How many values</legend>
      <NumberField
        label="Fewest values"
        field={`${field}.min_fields`}
        min={0}
        max={1_000}
        value={input.min_fields ?? 1}
        onChange={(value) => set({ min_fields: whole(value, 1) }, "min_fields")}
      />
      <NumberField
        label="Most values"
        field={`${field}.max_fields`}
        max={1_000}
        value={input.max_fields ?? 1}
        onChange={(value) => set({ max_fields: whole(value, 1) }, "max_fields")}
      />
    </fieldset>
  );
}

function Files({ input, field, set }: Told) {
  const image = input.type === "media";
  const types = image ? DEFAULT_IMAGE_TYPES : DEFAULT_FILE_TYPES;
  return (
    <>
      <ListField
        label="File types"
        help="Extensions, one a line."
        value={input.file_types ?? types}
        error={useIssue(`${field}.file_types`)}
        onChange={(file_types) => set({ file_types }, "file_types")}
      />
      {!image && (
        <Checkbox
          label="Also by address"
          help="Callers may send https:// addresses instead of uploaded files."
          checked={input.upload_types?.includes("url") ?? false}
          onChange={(event) => set({ upload_types: event.target.checked ? ["url", "file_id"] : ["file_id"] })}
        />
      )}
      {image ? (
        <NumberField
          label="Largest image, MB"
          field={`${field}.max_image_size_mb`}
          max={10_000}
          value={input.max_image_size_mb ?? 10}
          onChange={(value) => set({ max_image_size_mb: whole(value, 10) }, "max_image_size_mb")}
        />
      ) : (
        <fieldset className="grid grid-cols-2 gap-2">
          <legend className="sr-only">Limits of files</legend>
          <NumberField
            label="Most files"
            field={`${field}.max_files`}
            max={1_000}
            value={input.max_files ?? 1}
            onChange={(value) => set({ max_files: whole(value, 1) }, "max_files")}
          />
          <NumberField
            label="Largest, MB"
            field={`${field}.max_file_size_mb`}
            max={10_000}
            value={input.max_file_size_mb ?? 25}
            onChange={(value) => set({ max_file_size_mb: whole(value, 25) }, "max_file_size_mb")}
          />
          <NumberField
            label="Most words"
            field={`${field}.max_word_count`}
            max={100_000_000}
            value={input.max_word_count ?? 100_000}
            onChange={(value) => set({ max_word_count: whole(value, 100_000) }, "max_word_count")}
          />
        </fieldset>
      )}
    </>
  );
}
