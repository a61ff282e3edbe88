import { CircleAlert, CloudOff, LoaderCircle } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { Badge } from "@/components/status";
import { toast } from "@/components/toast";
import { clock } from "@/format/times";
import { useEditing, useIssue } from "./editing-context";
import type { Application } from "./remote";
import type { SaveState } from "./saver";
import type { EditorState } from "./use-editor";

/** The agent's name, edited where it stands. */
export function Heading() {
  const { draft, change } = useEditing();
  const issue = useIssue("name");
  return (
    <>
      <h1 className="sr-only">{draft.name}</h1>
      <input
        aria-label="Name of the agent"
        aria-invalid={issue ? true : undefined}
        title={issue ?? undefined}
        value={draft.name}
        maxLength={255}
        size={Math.max(8, Math.min(40, draft.name.length))}
        onChange={(event) => change((one) => ({ ...one, name: event.target.value }), "name")}
        className="-mx-1.5 field-sizing-content h-8 max-w-full min-w-24 rounded-md border border-transparent bg-transparent px-1.5 text-base font-semibold text-ellipsis hover:border-line aria-invalid:border-bad md:max-w-80"
      />
    </>
  );
}

/** Whether the draft is saved, what is deployed, and the choice when somebody else saved meanwhile. */
export function SaveStatus({ agent, editor }: { agent: Application; editor: EditorState }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span role="status" className="inline-flex items-center text-xs text-muted" data-number>
        <Saving state={editor.saved} issues={editor.editing.issues.length} created={agent.updated_at} />
      </span>
      {agent.deployed_version ? (
        <Badge tone="good">{`v${agent.deployed_version} deployed`}</Badge>
      ) : (
        <Badge>never deployed</Badge>
      )}
      {editor.saved.state === "conflict" && <Conflict saved={editor.saved} editor={editor} />}
    </div>
  );
}

const Told = ({ icon, bad, children }: { icon: ReactNode; bad?: boolean; children: ReactNode }) => (
  <span className={`inline-flex items-center gap-1.5 [&_svg]:size-3.5 ${bad ? "text-bad" : ""}`}>
    {icon}
    {children}
  </span>
);

function Saving({ state, issues, created }: { state: SaveState; issues: number; created: string }) {
  switch (state.state) {
    case "saved":
      return <>draft · saved {clock(state.at ?? created)}</>;
    case "changed":
    case "saving":
      return <Told icon={<LoaderCircle aria-hidden="true" />}>draft · saving</Told>;
    case "faulty":
      return (
        <Told bad icon={<CircleAlert aria-hidden="true" />}>
          not saved · {issues} {issues === 1 ? "problem" : "problems"}
        </Told>
      );
    case "failed":
      return (
        <Told bad icon={<CloudOff aria-hidden="true" />}>
          <span title={state.error instanceof Error ? state.error.message : undefined}>
            not saved{issues > 0 ? ` · ${issues} ${issues === 1 ? "problem" : "problems"}` : ""}
          </span>
        </Told>
      );
    case "conflict":
      return (
        <Told bad icon={<CircleAlert aria-hidden="true" />}>
          not saved
        </Told>
      );
  }
}

function Conflict({ saved, editor }: { saved: Extract<SaveState, { state: "conflict" }>; editor: EditorState }) {
  const [open, setOpen] = useState(true);
  const [busy, setBusy] = useState(false);
  const who = saved.by ?? "Somebody else";
  const when = saved.at ? ` at ${clock(saved.at)}` : "";
  const overwrite = async () => {
    setBusy(true);
    await editor.saver.overwrite();
    setBusy(false);
    setOpen(false);
  };
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Resolve
      </Button>
      <Confirm
        open={open}
        onOpenChange={setOpen}
        title={`${who} saved this draft${when}`}
        description="Your changes since then are not saved. Show theirs and lose yours, or save yours over theirs."
        keep="Keep editing"
        action="Show theirs"
        onConfirm={async () => {
          await editor.reload();
          toast("This is the draft as it was saved last.");
        }}
        other={
          <Button busy={busy} onClick={() => void overwrite()}>
            Save mine over theirs
          </Button>
        }
      />
    </>
  );
}
