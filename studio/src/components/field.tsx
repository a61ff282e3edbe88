import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";

const BOX =
  "w-full rounded-lg border border-line bg-surface px-3 text-sm text-text transition-colors hover:border-line-strong disabled:opacity-60 aria-invalid:border-bad";

type Told = { label: string; help?: ReactNode; error?: string | null; required?: boolean; hideLabel?: boolean };

/** A label, a control, help and what is wrong, tied together for screen readers. `children` gets the attributes to set. */
export function Field({
  label,
  help,
  error,
  required,
  hideLabel,
  children,
}: Told & {
  children: (attributes: {
    id: string;
    "aria-describedby"?: string;
    "aria-invalid"?: true;
    required?: boolean;
  }) => ReactNode;
}) {
  const id = useId();
  const described = [help ? `${id}-help` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-xs font-medium"}>
        {label}
        {required && (
          <span className="text-bad" aria-hidden="true">
            {" "}
            *
          </span>
        )}
      </label>
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
        ...(required ? { required } : {}),
      })}
      {help && (
        <p id={`${id}-help`} className="text-xs text-muted">
          {help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  help,
  error,
  required,
  hideLabel,
  className = "",
  ...rest
}: Told & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return (
    <Field {...{ label, help, error, required, hideLabel }}>
      {(attributes) => <input className={`${BOX} h-8 ${className}`} autoComplete="off" {...attributes} {...rest} />}
    </Field>
  );
}

export function TextArea({
  label,
  help,
  error,
  required,
  hideLabel,
  className = "",
  ...rest
}: Told & TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <Field {...{ label, help, error, required, hideLabel }}>
      {(attributes) => <textarea className={`${BOX} min-h-16 py-1.5 ${className}`} {...attributes} {...rest} />}
    </Field>
  );
}

/** The browser's own select: everybody's keyboard, every phone. */
export function SelectField({
  label,
  help,
  error,
  required,
  hideLabel,
  className = "",
  children,
  ...rest
}: Told & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Field {...{ label, help, error, required, hideLabel }}>
      {(attributes) => (
        <select className={`${BOX} h-8 pr-8 ${className}`} {...attributes} {...rest}>
          {children}
        </select>
      )}
    </Field>
  );
}

export function Checkbox({
  label,
  help,
  ...rest
}: { label: ReactNode; help?: string } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input id={id} type="checkbox" className="mt-0.5 size-4 accent-brand" {...rest} />
      <label htmlFor={id} className="text-sm">
        {label}
        {help && <span className="block text-xs text-muted">{help}</span>}
      </label>
    </div>
  );
}
