import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Confirm, Sheet } from "@/components/dialog";
import { Empty, Failed, Loading } from "@/components/states";
import { Badge } from "@/components/status";
import { Time } from "@/components/time";
import { toast } from "@/components/toast";
import { toDraft } from "./definition";
import { type Application, listVersions, loadVersion, rollBack } from "./remote";
import type { EditorState } from "./use-editor";
import { VersionsCompare } from "./versions-compare";

type Version = Schemas["VersionShape"];

/** Every version: look at one, compare any two, let an earlier one run again. */
export function VersionsSheet({
  agent,
  editor,
  onClose,
  onChanged,
}: {
  agent: Application;
  editor: EditorState;
  onClose: () => void;
  onChanged: () => void;
}) {
  const versions = useQuery({ queryKey: ["agents", agent.id, "versions"], queryFn: () => listVersions(agent.id) });
  const [pair, setPair] = useState<[string, string] | null>(null);
  const numbers = versions.data?.map((one) => one.version) ?? [];
  const before = (version: number) => numbers.find((one) => one < version);
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title="Versions"
      description="A version never changes. New jobs run on the deployed one, jobs already accepted on theirs."
    >
      {versions.isPending && <Loading />}
      {versions.error && <Failed error={versions.error} retry={() => void versions.refetch()} />}
      {versions.data?.length === 0 && (
        <Empty title="No version yet">Deploy the draft, and it becomes v1. Callers run versions, never drafts.</Empty>
      )}
      {pair ? (
        <VersionsCompare agent={agent.id} editor={editor} numbers={numbers} pair={pair} onPair={setPair} />
      ) : (
        <ul className="flex flex-col gap-2">
          {versions.data?.map((one: Version) => (
            <li key={one.version} className="flex flex-col gap-2 rounded-lg border border-line p-3">
              <Told version={one} />
              <Acts
                version={one}
                agent={agent}
                onCompare={() => setPair([String(before(one.version) ?? one.version), String(one.version)])}
                onDraft={async () => {
                  editor.replace(toDraft(await loadVersion(agent.id, one.version)));
                  toast(`The draft is v${one.version} now. Undo brings yours back.`);
                  onClose();
                }}
                onChanged={() => {
                  onChanged();
                  void versions.refetch();
                }}
              />
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}

function Told({ version }: { version: Version }) {
  return (
    <div>
      <div className="flex items-center gap-2 text-sm font-medium">
        v{version.version}
        {version.deployed && <Badge tone="good">deployed</Badge>}
        <span className="ml-auto text-xs font-normal text-muted">
          <Time at={version.created_at} />
          {version.created_by_name ? ` by ${version.created_by_name}` : ""}
        </span>
      </div>
      <p className="text-sm break-words text-muted">{version.note || "no note"}</p>
    </div>
  );
}

function Acts({
  version,
  agent,
  onCompare,
  onDraft,
  onChanged,
}: {
  version: Version;
  agent: Application;
  onCompare: () => void;
  onDraft: () => Promise<void>;
  onChanged: () => void;
}) {
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="small" onClick={onCompare}>
        View and compare
      </Button>
      <Button size="small" onClick={() => void onDraft().catch((error) => toast(String(error.message), { bad: true }))}>
        Edit as draft
      </Button>
      {!version.deployed && (
        <Button size="small" icon={<RotateCcw />} onClick={() => setAsking(true)}>
          Roll back to this
        </Button>
      )}
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Run v${version.version} again?`}
        description={`New jobs run on v${version.version} instead of v${agent.deployed_version}. The draft stays as it is, and so do jobs already accepted.`}
        keep={`Keep v${agent.deployed_version}`}
        action={`Roll back to v${version.version}`}
        onConfirm={async () => {
          await rollBack(agent.id, version.version);
          onChanged();
          toast(`v${version.version} is deployed again.`);
        }}
      />
    </div>
  );
}
