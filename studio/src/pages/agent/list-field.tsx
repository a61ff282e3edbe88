import { useEffect, useState } from "react";
import { TextArea } from "@/components/field";

const read = (text: string): string[] =>
  text
    .split("\n")
    .map((one) => one.trim())
    .filter(Boolean);

/** A list of short texts, one a line; blank lines do not count. */
export function ListField({
  label,
  help,
  value,
  error,
  onChange,
}: {
  label: string;
  help?: string;
  value: readonly string[];
  error?: string | null;
  onChange: (value: string[]) => void;
}) {
  const [text, setText] = useState(value.join("\n"));
  const told = value.join("\n");
  // What is typed stays as it is, blank lines too, until the list is changed from elsewhere.
  useEffect(() => setText((was) => (read(was).join("\n") === told ? was : told)), [told]);
  return (
    <TextArea
      label={label}
      help={help}
      error={error ?? null}
      value={text}
      rows={Math.min(8, Math.max(3, text.split("\n").length))}
      onChange={(event) => {
        setText(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}
