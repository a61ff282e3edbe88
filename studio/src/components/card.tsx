import type { ReactNode } from "react";

/** A bordered area with an optional title and actions beside it. */
export function Card({
  title,
  note,
  actions,
  children,
  className = "",
}: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  className?: string;
}) {
  return (
    <section className={`rounded-xl border border-line bg-surface ${className}`}>
      {(title || actions) && (
        <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2">
          <h2 className="text-sm font-semibold">{title}</h2>
          {note && <span className="text-xs text-muted">{note}</span>}
          {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A figure with what it is; `children` stands below it. */
export function Tile({
  label,
  value,
  title,
  children,
}: {
  label: string;
  value: ReactNode;
  title?: string;
  children?: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <div className="text-xs text-muted">{label}</div>
      <div className="truncate text-lg font-semibold" data-number title={title}>
        {value}
      </div>
      {children && <div className="text-xs text-muted">{children}</div>}
    </div>
  );
}
