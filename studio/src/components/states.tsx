import { CircleAlert, RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { messageOf, Problem } from "@/api/problem";
import { Button } from "./button";

/** Nothing here yet: what it is for, one real example, one button. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-14 text-center">
      {icon && <div className="mb-1 text-muted [&_svg]:size-6">{icon}</div>}
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="text-sm text-muted">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}

/** Something could not be shown: why, and a button that tries again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const id = error instanceof Problem ? error.requestId : null;
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-14 text-center">
      <CircleAlert className="size-6 text-bad" aria-hidden="true" />
      <p className="text-sm">{messageOf(error)}</p>
      {id && <p className="font-mono text-xs text-muted">request {id}</p>}
      {retry && (
        <Button icon={<RotateCcw />} onClick={retry} className="mt-2">
          Try again
        </Button>
      )}
    </div>
  );
}

/** What is wrong with what was just tried, all of it. */
export function Faults({ error }: { error: unknown }) {
  if (!error) return null;
  const faults =
    error instanceof Problem && error.faults.length > 0 ? error.faults.map((one) => one.text) : [messageOf(error)];
  return (
    <div role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
      {faults.length === 1 ? (
        faults[0]
      ) : (
        <ul className="list-disc pl-4">
          {faults.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Grey lines in the place of what is being loaded: nothing moves when it comes. */
export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <div aria-busy="true" aria-label="Loading" role="status" className="flex flex-col gap-3 p-4">
      {[...Array(lines).keys()].map((at) => (
        <div
          key={at}
          className="h-4 animate-pulse-soft rounded bg-hover"
          style={{ width: `${90 - ((at * 17) % 40)}%` }}
        />
      ))}
    </div>
  );
}
