import { useEffect, useState } from "react";
import { useBlocker } from "react-router";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import type { Saver } from "./saver";
import type { Issue } from "./validate";

/** Nobody leaves with unsaved changes unasked: they are saved on the way out, and where they cannot be, it asks. */
export function Leaving({ saver, issues }: { saver: Saver; issues: readonly Issue[] }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => saver.dirty && currentLocation.pathname !== nextLocation.pathname,
  );
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    const asked = (event: BeforeUnloadEvent) => {
      if (!saver.dirty) return;
      void saver.flush();
      event.preventDefault();
    };
    addEventListener("beforeunload", asked);
    return () => removeEventListener("beforeunload", asked);
  }, [saver]);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    void saver.flush().then((saved) => {
      if (saved) blocker.proceed();
      else setAsking(true);
    });
  }, [blocker, saver]);
  if (blocker.state !== "blocked" || !asking) return null;
  const stay = () => {
    setAsking(false);
    blocker.reset();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && stay()}
      title="Your last changes are not saved"
      description={
        issues[0] ? `They cannot be: ${issues[0].text}` : "The server did not take them. Leave, and they are lost."
      }
    >
      <div className="mt-5 flex justify-end gap-2">
        <Button look="danger" onClick={() => blocker.proceed()}>
          Leave without them
        </Button>
        <Button look="primary" onClick={stay}>
          Stay
        </Button>
      </div>
    </Dialog>
  );
}
