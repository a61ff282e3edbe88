import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { useNavigate } from "react-router";
import { api, body } from "@/api/client";
import { setTheme } from "./theme";

const ITEM = "flex min-h-9 items-center gap-2 rounded-md px-3 text-sm aria-selected:bg-hover";
const GROUP =
  "p-1 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";

const PLACES: [string, string][] = [
  ["Overview", "/"],
  ["Agents", "/agents"],
  ["New agent", "/agents/new"],
  ["Batches", "/batches"],
  ["Jobs", "/jobs"],
  ["Failed jobs", "/jobs?state=failed"],
  ["Keys", "/settings/keys"],
  ["Models", "/settings/models"],
  ["Webhooks", "/settings/webhooks"],
  ["Usage", "/settings/usage"],
  ["People", "/settings/people"],
  ["System", "/settings/system"],
];

/** ⌘K: go somewhere, run an agent, open a batch. */
export default function CommandMenu({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const agents = useQuery({
    queryKey: ["agents", "commands"],
    queryFn: () => body(api.GET("/v1/applications", { params: { query: { limit: "100", include: "drafts" } } })),
  });
  const batches = useQuery({
    queryKey: ["batches", "commands"],
    queryFn: () => body(api.GET("/v1/batches", { params: { query: { limit: "10" } } })),
  });
  const go = (to: string) => {
    onClose();
    navigate(to);
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
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-1">
        <Command.Empty className="px-3 py-6 text-center text-sm text-muted">Nothing is called that.</Command.Empty>
        <Command.Group heading="Go to" className={GROUP}>
          {PLACES.map(([label, to]) => (
            <Command.Item key={to} value={label} onSelect={() => go(to)} className={ITEM}>
              {label}
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Run" className={GROUP}>
          {agents.data?.data
            .filter((one) => one.deployed_version)
            .map((one) => (
              <Command.Item
                key={one.id}
                value={`Run ${one.name} ${one.id}`}
                onSelect={() => go(`/agents/${one.id}/run`)}
                className={ITEM}
              >
                Run {one.name}
              </Command.Item>
            ))}
        </Command.Group>
        <Command.Group heading="Edit" className={GROUP}>
          {agents.data?.data.map((one) => (
            <Command.Item
              key={one.id}
              value={`Edit ${one.name} ${one.id}`}
              onSelect={() => go(`/agents/${one.id}`)}
              className={ITEM}
            >
              {one.name}
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Batches" className={GROUP}>
          {batches.data?.result.map((one) => (
            <Command.Item
              key={one.id}
              value={`${one.name} ${one.id}`}
              onSelect={() => go(`/batches/${one.id}`)}
              className={ITEM}
            >
              {one.name} <span className="text-xs text-muted">{one.state.replaceAll("_", " ")}</span>
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Theme" className={GROUP}>
          {(["light", "dark", "system"] as const).map((theme) => (
            <Command.Item
              key={theme}
              value={`Theme ${theme}`}
              onSelect={() => {
                setTheme(theme);
                onClose();
              }}
              className={ITEM}
            >
              Theme: {theme}
            </Command.Item>
          ))}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}
