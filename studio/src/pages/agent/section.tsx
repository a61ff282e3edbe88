import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

/** A part that is mostly closed, with what it holds told beside its title. */
export function Section({
  title,
  note,
  open = false,
  children,
}: {
  title: string;
  note?: string;
  open?: boolean;
  children: ReactNode;
}) {
  const [shown, setShown] = useState(open);
  return (
    <details
      open={shown}
      onToggle={(event) => setShown(event.currentTarget.open)}
      className="group rounded-lg border border-line"
    >
      <summary className="flex h-9 list-none items-center gap-2 rounded-lg px-3 text-xs font-medium select-none hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-3.5 text-muted transition-transform group-open:rotate-90" aria-hidden="true" />
        {title}
        {note && <span className="font-normal text-muted">{note}</span>}
      </summary>
      <div className="flex flex-col gap-3 border-t border-line p-3">{children}</div>
    </details>
  );
}
