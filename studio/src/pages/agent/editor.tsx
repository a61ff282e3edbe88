import { useState } from "react";
import { Segmented } from "@/components/segmented";
import { Page } from "@/frame/page";
import { Actions } from "./actions";
import { EditingContext } from "./editing-context";
import { Heading, SaveStatus } from "./heading";
import { InputsColumn } from "./inputs-column";
import { Leaving } from "./leaving";
import { PromptsColumn } from "./prompts-column";
import type { Application, Loaded } from "./remote";
import { TestPanel } from "./test-panel";
import { useEditor } from "./use-editor";

type Tab = "inputs" | "prompts" | "test";
const TABS: { value: Tab; label: string }[] = [
  { value: "inputs", label: "Inputs" },
  { value: "prompts", label: "Prompts" },
  { value: "test", label: "Test" },
];
const CRUMBS = [{ to: "/agents", label: "Agents" }];
const COLUMN = "min-w-0 xl:block xl:h-[calc(100dvh-3.5rem)] xl:overflow-y-auto";

/** Inputs, prompts and tests beside each other; below each other's tabs where the window is narrow. */
export function Editor({ agent, loaded }: { agent: Application; loaded: Loaded }) {
  const editor = useEditor(agent, loaded);
  const [tab, setTab] = useState<Tab>("prompts");
  const shown = (one: Tab) => (tab === one ? COLUMN : `${COLUMN} hidden`);
  return (
    <EditingContext value={editor.editing}>
      <Page
        title={editor.editing.draft.name || "Agent"}
        crumbs={CRUMBS}
        heading={<Heading />}
        status={<SaveStatus agent={agent} editor={editor} />}
        actions={<Actions agent={agent} editor={editor} />}
        flush
      >
        <div className="border-b border-line px-4 py-2 xl:hidden">
          <Segmented label="Part of the editor" value={tab} onChange={setTab} options={TABS} />
        </div>
        <div className="xl:grid xl:grid-cols-[17rem_minmax(0,1fr)_22rem]">
          <section aria-label="Inputs" className={`${shown("inputs")} xl:border-r`}>
            <InputsColumn />
          </section>
          <section aria-label="Prompts" className={shown("prompts")}>
            <PromptsColumn />
          </section>
          <section aria-label="Test" className={`${shown("test")} xl:border-l xl:bg-sunken`}>
            <TestPanel onRun={() => setTab("test")} />
          </section>
        </div>
        <Leaving saver={editor.saver} issues={editor.editing.issues} />
      </Page>
    </EditingContext>
  );
}
