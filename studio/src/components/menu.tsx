import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** A menu below its button. Not modal: the page behind may be scrolled. */
export function Menu({
  trigger,
  children,
  align = "end",
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-96 min-w-44 animate-appear overflow-auto rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({
  onSelect,
  icon,
  danger,
  disabled,
  children,
  note,
}: {
  onSelect: () => void;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
  note?: ReactNode;
}) {
  return (
    <Radix.Item
      onSelect={onSelect}
      disabled={disabled}
      className={`flex min-h-8 items-center gap-2 rounded-md px-2 text-sm outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 ${danger ? "text-bad" : ""}`}
    >
      {icon}
      <span className="flex-1">{children}</span>
      {note && <span className="text-xs text-muted">{note}</span>}
    </Radix.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1 text-xs text-muted">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
