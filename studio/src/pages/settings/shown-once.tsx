import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy";

/** A secret that is shown now and never again. */
export function ShownOnce({ secret, what, onDone }: { secret: string; what: string; onDone: () => void }) {
  return (
    <div className="mt-2 flex flex-col gap-4">
      <p className="text-sm text-muted">This {what} is not shown again: what is kept of it cannot be read back.</p>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-xs break-all">{secret}</code>
        <CopyButton text={secret} label={`Copy the ${what}`} />
      </div>
      <div className="flex justify-end">
        <Button look="primary" onClick={onDone}>
          I have it
        </Button>
      </div>
    </div>
  );
}
