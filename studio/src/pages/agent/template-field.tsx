import { useId, useMemo } from "react";
import { Button } from "@/components/button";
import { newInput } from "./definition";
import { useEditing } from "./editing-context";
import type { Reference } from "./references";
import { TemplateEditor } from "./template-editor";
import { mended, type Stray, strays } from "./validate";

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
  const all = useMemo(() => strays(value, known, offered), [value, known, offered]);
  const lost = once(all);
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
            <Lost key={one.text} stray={one} mend={(insert) => onChange(mended(value, all, one.text, insert))} />
          ))}
        </ul>
      )}
    </div>
  );
}

const once = (all: readonly Stray[]): Stray[] =>
  all.filter((one, at) => all.findIndex((other) => other.text === one.text) === at);

function Lost({ stray, mend }: { stray: Stray; mend: (insert: string) => void }) {
  const { change, draft } = useEditing();
  const { meant, name } = stray;
  const add = () => {
    mend(`@{${name}}`);
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
        <Button size="small" onClick={() => mend(`@{${meant}}`)}>
          Use @{meant}
        </Button>
      )}
      <Button size="small" onClick={add}>
        Add input “{name}”
      </Button>
    </li>
  );
}
