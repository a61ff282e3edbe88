import { useId, useMemo } from "react";
import { Button } from "@/components/button";
import { newInput } from "./definition";
import { useEditing } from "./editing-context";
import type { Reference } from "./references";
import { TemplateEditor } from "./template-editor";
import { type Stray, strays } from "./validate";

const SHOWN = 3;

/** A text with references: the editor, and below it what names nothing, with a button that mends it. */
export function TemplateField({
  label,
  hideLabel,
  value,
  known,
  offered,
  error,
  placeholder,
  tall = false,
  onChange,
}: {
  label: string;
  hideLabel?: boolean;
  value: string;
  known: readonly Reference[];
  offered: readonly Reference[];
  error: string | null;
  placeholder: string;
  tall?: boolean;
  onChange: (text: string) => void;
}) {
  const id = useId();
  const names = useMemo(() => ({ known, offered }), [known, offered]);
  const lost = useMemo(() => strays(value, known, offered), [value, known, offered]);
  const described = [error ? `${id}-error` : "", lost.length ? `${id}-lost` : ""].filter(Boolean).join(" ");
  return (
    <div className="flex min-w-0 flex-col gap-1">
      {!hideLabel && (
        <span className="flex items-baseline gap-2 text-xs font-medium" aria-hidden="true">
          {label}
          <span className="font-normal text-muted">@ puts in an input or a result</span>
        </span>
      )}
      <TemplateEditor
        value={value}
        names={names}
        label={label}
        hint={placeholder}
        tall={tall}
        invalid={error !== null}
        describedBy={described}
        onChange={onChange}
      />
      {error && (
        <p id={`${id}-error`} className="text-xs text-bad">
          {error}
        </p>
      )}
      {lost.length > 0 && (
        <ul id={`${id}-lost`} className="flex flex-col gap-1">
          {lost.slice(0, SHOWN).map((one) => (
            <Lost key={one.start} stray={one} text={value} onChange={onChange} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Lost({ stray, text, onChange }: { stray: Stray; text: string; onChange: (text: string) => void }) {
  const { change, draft } = useEditing();
  const put = (insert: string) => text.slice(0, stray.start) + insert + text.slice(stray.end);
  const { meant, name } = stray;
  const add = () => {
    onChange(put(`@{${name}}`));
    const input = {
      ...newInput(
        "text",
        draft.inputs.map((one) => one.name),
      ),
      name,
    };
    change((one) => ({ ...one, inputs: [...one.inputs, input] }));
  };
  return (
    <li className="flex flex-wrap items-center gap-2 text-xs">
      <span className="text-warn">{stray.text} names no input or earlier prompt. It stays as it is.</span>
      {meant && (
        <Button size="small" onClick={() => onChange(put(`@{${meant}}`))}>
          Use @{meant}
        </Button>
      )}
      <Button size="small" onClick={add}>
        Add input “{name}”
      </Button>
    </li>
  );
}
