import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { messageOf } from "@/api/problem";
import { Button, IconButton } from "./button";

type Shown = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
};

const HIDING = "fixed inset-0 z-40 bg-[oklch(15%_0.02_265/0.4)]";

/** Gives the focus back to what had it: Radix does so for its own triggers alone, and ours are opened by any button. */
function useFocusBack() {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement) before.current.focus();
    },
  };
}

/** A window in the middle, for a question or a short form. */
export function Dialog({ open, onOpenChange, title, description, children, wide }: Shown & { wide?: boolean }) {
  const focusBack = useFocusBack();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={HIDING} />
        <Radix.Content
          {...focusBack}
          aria-describedby={undefined}
          className={`fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[calc(100vw-2rem)] -translate-1/2 overflow-auto rounded-xl border border-line bg-surface p-5 shadow-float ${wide ? "max-w-3xl" : "max-w-md"}`}
        >
          <Title title={title} description={description} />
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A sheet at the right edge, for details beside what they belong to. */
export function Sheet({ open, onOpenChange, title, description, children, actions }: Shown & { actions?: ReactNode }) {
  const focusBack = useFocusBack();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={HIDING} />
        <Radix.Content
          {...focusBack}
          aria-describedby={undefined}
          className="fixed inset-y-0 right-0 z-50 flex w-full max-w-2xl animate-slide-in flex-col border-l border-line bg-surface shadow-float"
        >
          <div className="border-b border-line px-5 pt-4 pb-3">
            <Title title={title} description={description} />
          </div>
          <div className="min-h-0 flex-1 overflow-auto p-5">{children}</div>
          {actions && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Title({ title, description }: { title: string; description?: ReactNode }) {
  return (
    <div className="mb-1 flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <Radix.Title className="text-base font-semibold break-words">{title}</Radix.Title>
        {description && <div className="mt-1 text-sm text-muted">{description}</div>}
      </div>
      <Radix.Close asChild>
        <IconButton label="Close" size="small" className="-mt-1 -mr-1">
          <X />
        </IconButton>
      </Radix.Close>
    </div>
  );
}

/** Asks before harm: what happens, and a button that says so. Stays open and says why when it did not work. */
export function Confirm({
  action,
  onConfirm,
  keep = "Keep it",
  other,
  ...shown
}: Shown & {
  action: string;
  onConfirm: () => Promise<unknown>;
  /** What doing nothing is called. */
  keep?: string;
  /** A third way, between the two. */
  other?: ReactNode;
}) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      shown.onOpenChange(false);
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog {...shown}>
      {shown.children}
      {error && (
        <p role="alert" className="mt-3 rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
          {error}
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={() => shown.onOpenChange(false)}>{keep}</Button>
        {other}
        <Button look="danger" busy={busy} onClick={confirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
