import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Sheet } from "@/components/dialog";
import { TextArea } from "@/components/field";
import { Failed, Faults, Loading } from "@/components/states";
import { toast } from "@/components/toast";
import { changes } from "./changes";
import { ChangesView } from "./changes-view";
import { type Draft, toDefinition } from "./definition";
import { unknown } from "./references";
import { type Application, deploy, loadVersion } from "./remote";
import type { EditorState } from "./use-editor";
import { known, unused } from "./validate";

/** Before a draft becomes the next version: what changes, who would notice, and a note for later. */
export function DeploySheet({
  agent,
  editor,
  onClose,
  onDeployed,
}: {
  agent: Application;
  editor: EditorState;
  onClose: () => void;
  onDeployed: () => void;
}) {
  const version = agent.deployed_version;
  const deployed = useQuery({
    queryKey: ["agents", agent.id, "version", version],
    queryFn: () => loadVersion(agent.id, version as number),
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { draft, issues } = editor.editing;
  const found = deployed.data ? changes(deployed.data, toDefinition(draft)) : [];
  const nothing = deployed.data !== undefined && found.length === 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (!(await editor.saver.flush())) throw new Error("The draft is not saved yet, so it cannot be deployed.");
      const done = await deploy(agent.id, note.trim(), editor.saver.version);
      onDeployed();
      toast(`v${done.deployed_version} of ${done.name} is deployed. New jobs run on it.`);
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title={version === null ? `Deploy ${draft.name}` : `Deploy v${agent.last_version + 1}`}
      description={
        version === null
          ? "Callers can run it from then on. The draft stays yours to change."
          : `Compared with v${version}, which runs now. Jobs already accepted stay on their version.`
      }
      actions={
        <>
          <Button onClick={onClose}>Not yet</Button>
          <Button look="primary" type="submit" form="deploy" busy={busy} disabled={issues.length > 0 || nothing}>
            Deploy
          </Button>
        </>
      }
    >
      <form id="deploy" onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {issues.length > 0 && <Faults error={new Error(`First: ${issues.map((one) => one.text).join(" ")}`)} />}
        {version !== null && deployed.isPending && <Loading />}
        {deployed.error && <Failed error={deployed.error} retry={() => void deployed.refetch()} />}
        {nothing && <p className="text-sm text-muted">Nothing has changed since v{version}.</p>}
        <ChangesView changes={found} />
        <Doubts draft={draft} />
        <TextArea
          label="Note"
          value={note}
          maxLength={1_000}
          placeholder="shorter, and friendlier"
          help="What changed and why, for whoever looks at the versions later."
          onChange={(event) => setNote(event.target.value)}
        />
        <Faults error={error} />
      </form>
    </Sheet>
  );
}

/** What runs and is probably not meant. */
function Doubts({ draft }: { draft: Draft }) {
  const idle = unused(draft).map((one) => `@${one.name}`);
  const lost = new Set(
    draft.prompts.flatMap((one) =>
      [one.system ?? "", one.prompt].flatMap((text) => unknown(text, known(draft)).map((found) => found.text)),
    ),
  );
  return (
    <>
      {lost.size > 0 && (
        <p className="text-xs text-warn">{[...lost].join(", ")} names no input or prompt, and is sent as it is.</p>
      )}
      {idle.length > 0 && (
        <p className="text-xs text-warn">Nothing refers to {idle.join(", ")}: it makes no difference to the result.</p>
      )}
    </>
  );
}
