import { type KeyboardEvent, useEffect, useState } from "react";
import { TextField } from "@/components/field";
import { nameFault } from "./validate";

/** A name that others refer to: it takes effect when it is left or with Enter, so that references follow it once. */
export function NameField({
  label = "Name",
  value,
  taken,
  error,
  onRename,
}: {
  label?: string;
  value: string;
  taken: (name: string) => boolean;
  error: string | null;
  onRename: (name: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const fault =
    text === value ? error : (nameFault(text.trim()) ?? (taken(text.trim()) ? "That name is taken." : null));
  const commit = () => {
    const name = text.trim();
    if (name !== value && nameFault(name) === null && !taken(name)) onRename(name);
    else if (name === value) setText(value);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") commit();
    if (event.key === "Escape") setText(value);
  };
  return (
    <TextField
      label={label}
      value={text}
      maxLength={255}
      error={fault}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={pressed}
    />
  );
}
