import { useQueryClient } from "@tanstack/react-query";
import { FilePlus2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/button";
import { Spinner } from "@/components/spinner";
import { Empty, Faults } from "@/components/states";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { examples } from "./gallery";
import { type Application, create, createFromExample, createFromYaml } from "./remote";
import { YamlForm } from "./yaml-form";

const CARD =
  "flex h-full flex-col items-start gap-1 rounded-xl border border-line bg-surface p-4 text-left transition-colors hover:border-line-strong hover:bg-hover disabled:opacity-60";
const BLANK = {
  name: "Untitled agent",
  inputs: [{ name: "Topic", type: "text" as const }],
  prompts: [{ name: "Text", prompt: "Write two sentences about @{Topic}." }],
};

/** A new agent: from the gallery, from YAML, or blank. */
export default function NewAgent() {
  const mayWrite = useMay("agents:write");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ what: string; error: unknown } | null>(null);
  const make = async (what: string, work: () => Promise<Application>) => {
    setBusy(what);
    setFailed(null);
    try {
      const made = await work();
      void queries.invalidateQueries({ queryKey: ["agents"] });
      navigate(`/agents/${made.id}`);
    } catch (problem) {
      setFailed({ what, error: problem });
    } finally {
      setBusy(null);
    }
  };
  const blank = (
    <Button
      icon={<FilePlus2 />}
      busy={busy === "blank"}
      disabled={busy !== null}
      onClick={() => void make("blank", () => create(BLANK))}
    >
      Start blank
    </Button>
  );
  return (
    <Page title="New agent" crumbs={[{ to: "/agents", label: "Agents" }]} actions={mayWrite && blank}>
      {mayWrite ? (
        <div className="flex flex-col gap-8">
          <section className="flex flex-col gap-3">
            <h2 className="text-sm font-semibold">Start from an example</h2>
            {failed && failed.what !== "yaml" && <Faults error={failed.error} />}
            <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
              {examples.map((one) => (
                <li key={one.slug}>
                  <Choice
                    name={one.name}
                    note={one.description}
                    busy={busy === one.slug}
                    disabled={busy !== null}
                    onChoose={() => void make(one.slug, () => createFromExample(one.yaml))}
                  />
                </li>
              ))}
            </ul>
          </section>
          <YamlForm
            busy={busy === "yaml"}
            disabled={busy !== null}
            error={failed?.what === "yaml" ? failed.error : null}
            onSubmit={(yaml) => void make("yaml", () => createFromYaml(yaml))}
          />
        </div>
      ) : (
        <Empty icon={<FilePlus2 />} title="Your role may not make agents">
          Ask an administrator for the role editor, or for a key with the scope agents:write.
        </Empty>
      )}
    </Page>
  );
}

function Choice({
  name,
  note,
  busy,
  disabled,
  onChoose,
}: {
  name: string;
  note: string;
  busy: boolean;
  disabled: boolean;
  onChoose: () => void;
}) {
  return (
    <button type="button" className={`${CARD} w-full`} disabled={disabled} aria-busy={busy} onClick={onChoose}>
      <span className="flex items-center gap-2 text-sm font-semibold">
        {name}
        {busy && <Spinner />}
      </span>
      <span className="text-sm text-muted">{note}</span>
    </button>
  );
}
