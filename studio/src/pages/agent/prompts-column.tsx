import { Plus } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/button";
import { newPrompt } from "./definition";
import { useEditing, useIssue } from "./editing-context";
import { OutputForm } from "./output-form";
import { PromptForm } from "./prompt-form";
import { SettingsForm } from "./settings-form";

const TAB =
  "inline-flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-sm whitespace-nowrap text-muted transition-colors hover:text-text aria-selected:border-brand aria-selected:font-medium aria-selected:text-text";

/** The prompts in the order they are asked, what comes out of them, and how jobs are run; one at a time. */
export function PromptsColumn() {
  const { draft, change } = useEditing();
  const [selected, setSelected] = useState<string>(draft.prompts[0]?.key ?? "output");
  const tabs = [...draft.prompts.map((one) => one.key), "output", "settings"];
  const open = tabs.includes(selected) ? selected : (tabs[0] as string);
  const prompt = draft.prompts.findIndex((one) => one.key === open);
  const add = () => {
    const fresh = newPrompt([...draft.inputs, ...draft.prompts].map((one) => one.name));
    change((one) => ({ ...one, prompts: [...one.prompts, fresh] }));
    setSelected(fresh.key);
  };
  const walk = (step: number) => {
    const next = tabs[(tabs.indexOf(open) + step + tabs.length) % tabs.length] as string;
    setSelected(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className="flex min-h-full flex-col">
      <div className="flex items-end border-b border-line px-2">
        <div
          role="tablist"
          aria-label="Prompts and output"
          className="flex min-w-0 overflow-x-auto"
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") walk(1);
            if (event.key === "ArrowLeft") walk(-1);
          }}
        >
          {draft.prompts.map((one, at) => (
            <Tab key={one.key} id={one.key} open={open === one.key} field={`prompts[${at}]`} onOpen={setSelected}>
              {one.name}
            </Tab>
          ))}
          <Tab id="output" open={open === "output"} field="output" onOpen={setSelected}>
            Output
          </Tab>
          <Tab id="settings" open={open === "settings"} field="settings" onOpen={setSelected}>
            Settings
          </Tab>
        </div>
        <IconButton label="Add prompt" size="small" className="mb-1 ml-1" onClick={add}>
          <Plus />
        </IconButton>
      </div>
      <div role="tabpanel" aria-labelledby={`tab-${open}`} id="prompt-panel" className="flex flex-1 flex-col p-4">
        {open === "output" ? (
          <OutputForm />
        ) : open === "settings" ? (
          <SettingsForm />
        ) : (
          <PromptForm key={open} at={prompt} onRemoved={() => setSelected(tabs[Math.max(0, prompt - 1)] as string)} />
        )}
      </div>
    </div>
  );
}

function Tab({
  id,
  open,
  field,
  onOpen,
  children,
}: {
  id: string;
  open: boolean;
  field: string;
  onOpen: (id: string) => void;
  children: string;
}) {
  const faulty = useIssue(field) !== null;
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${id}`}
      aria-selected={open}
      aria-controls={open ? "prompt-panel" : undefined}
      tabIndex={open ? 0 : -1}
      onClick={() => onOpen(id)}
      className={TAB}
    >
      <span className="max-w-40 truncate">{children}</span>
      {faulty && <span className="size-1.5 rounded-full bg-bad" title="Something is wrong here" />}
    </button>
  );
}
