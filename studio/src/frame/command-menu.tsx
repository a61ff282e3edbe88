import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { type ReactNode, useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { api, body } from "@/api/client";
import { toast } from "@/components/toast";
import { commandsOf, type Command as Offered } from "./commands";
import { setTheme } from "./theme";
import { useUsed } from "./use-used";

const ITEM = "flex min-h-9 items-center gap-2 rounded-md px-3 text-sm aria-selected:bg-hover";
const GROUP =
  "p-1 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";
const TYPING_MS = 150;
const FOUND = "20";

const PLACES: [string, string][] = [
  ["Overview", "/"],
  ["Agents", "/agents"],
  ["New agent", "/agents/new"],
  ["Batches", "/batches"],
  ["Jobs", "/jobs"],
  ["Failed jobs", "/jobs?state=failed"],
  ["Files", "/files"],
  ["Graphs", "/graphs"],
  ["Keys", "/settings/keys"],
  ["Models", "/settings/models"],
  ["Webhooks", "/settings/webhooks"],
  ["Usage", "/settings/usage"],
  ["People", "/settings/people"],
  ["System", "/settings/system"],
  ["Sessions", "/sessions"],
];

/** ⌘K: go somewhere, run an agent, open a batch, do what the open page offers. */
export default function CommandMenu({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const here = commandsOf(useLocation().pathname);
  const [typed, setTyped] = useState("");
  const agents = useAgentsCalled(typed);
  const batches = useQuery({
    queryKey: ["batches", "commands"],
    queryFn: () => body(api.GET("/v1/batches", { params: { query: { limit: "10" } } })),
  });
  const go = (to: string) => {
    onClose();
    void navigate(to);
  };
  const take = (one: Offered) => {
    if ("to" in one) return go(one.to);
    onClose();
    void navigator.clipboard.writeText(one.copy).then(() => toast("The id is copied."));
  };
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      label="Command menu"
      overlayClassName="fixed inset-0 z-40 bg-[oklch(15%_0.02_265/0.4)]"
      contentClassName="fixed top-[15dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-surface shadow-float"
    >
      <Command.Input
        placeholder="Go to, run, open …"
        value={typed}
        onValueChange={setTyped}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-1">
        <Command.Empty className="px-3 py-6 text-center text-sm text-muted">Nothing is called that.</Command.Empty>
        {here.length > 0 && (
          <Group heading="On this page">
            {here.map((one) => (
              <Item key={one.label} value={one.label} onSelect={() => take(one)}>
                {one.label}
              </Item>
            ))}
          </Group>
        )}
        <Group heading="Go to">
          {PLACES.map(([label, to]) => (
            <Item key={to} value={label} onSelect={() => go(to)}>
              {label}
            </Item>
          ))}
        </Group>
        <Group heading="Run">
          {agents
            .filter((one) => one.version)
            .map((one) => (
              <Item key={one.id} value={`Run ${told(one)}`} onSelect={() => go(`/agents/${one.id}/run`)}>
                Run {one.name}
              </Item>
            ))}
        </Group>
        <Group heading="Edit">
          {agents.map((one) => (
            <Item key={one.id} value={`Edit ${told(one)}`} onSelect={() => go(`/agents/${one.id}`)}>
              {one.name}
            </Item>
          ))}
        </Group>
        <Group heading="Batches">
          {batches.data?.result.map((one) => (
            <Item key={one.id} value={`${one.name} ${one.id}`} onSelect={() => go(`/batches/${one.id}`)}>
              {one.name} <span className="text-xs text-muted">{one.state.replaceAll("_", " ")}</span>
            </Item>
          ))}
        </Group>
        <Group heading="Theme">
          {(["light", "dark", "system"] as const).map((theme) => (
            <Item
              key={theme}
              value={`Theme ${theme}`}
              onSelect={() => {
                setTheme(theme);
                onClose();
              }}
            >
              Theme: {theme}
            </Item>
          ))}
        </Group>
      </Command.List>
    </Command.Dialog>
  );
}

type Found = { id: string; name: string; alias?: string | null; version: number | null };

const told = (one: Found) => `${one.name} ${one.alias ?? ""} ${one.id}`;

/** The agents used last, until something is typed; then those that the server finds, among however many. */
function useAgentsCalled(typed: string): Found[] {
  const [asked, setAsked] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const used = useUsed();
  const words = asked.trim().replace(/^(?:run|edit)\b\s*/i, "");
  const found = useQuery({
    queryKey: ["agents", "commands", words],
    queryFn: () =>
      body(
        api.GET("/v1/applications", {
          params: { query: { limit: FOUND, include: "drafts", ...(words ? { q: words } : {}) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const agents = found.data?.data.map(({ id, name, alias, deployed_version }) => ({
    id,
    name,
    alias,
    version: deployed_version,
  }));
  const others = (agents ?? []).filter((one) => words || !used.some((was) => was.id === one.id));
  return words ? others : [...used, ...others];
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group heading={heading} className={GROUP}>
      {children}
    </Command.Group>
  );
}

function Item({ value, onSelect, children }: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item value={value} onSelect={onSelect} className={ITEM}>
      {children}
    </Command.Item>
  );
}
