import { useQuery } from "@tanstack/react-query";
import { Bot, Files, Gauge, Library, ListChecks, type LucideIcon, Settings } from "lucide-react";
import { Link, NavLink, useLocation } from "react-router";
import { api, body } from "@/api/client";
import { Account } from "./account";
import { useMay } from "./session";
import { useUsed } from "./use-used";
import { SHOWN, usedLast } from "./used";

const ITEM =
  "flex h-8 items-center gap-2.5 rounded-lg border border-transparent px-2.5 text-sm text-muted transition-colors hover:bg-hover hover:text-text aria-[current=page]:border-line aria-[current=page]:bg-surface aria-[current=page]:font-medium aria-[current=page]:text-text [&_svg]:size-4 [&_svg]:shrink-0";

type Place = { to: string; label: string; Icon: LucideIcon; also?: string };

const PLACES: Place[] = [
  { to: "/", label: "Overview", Icon: Gauge },
  { to: "/agents", label: "Agents", Icon: Bot },
  { to: "/batches", label: "Runs", Icon: ListChecks, also: "/jobs" },
  { to: "/files", label: "Files", Icon: Files },
  { to: "/graphs", label: "Graphs", Icon: Library },
  { to: "/settings", label: "Settings", Icon: Settings },
];

export function Brand() {
  return (
    <span className="flex items-center gap-2.5 text-sm font-semibold">
      <img src="/icon.svg" alt="" className="size-6" />
      Pressrun
    </span>
  );
}

const isIn = (pathname: string, place: string) =>
  pathname === place || (place !== "/" && pathname.startsWith(`${place}/`));

/** Where one can go, and the agents used last. */
export function Rail({ onGo }: { onGo?: () => void }) {
  const may = useMay("agents:read");
  const { pathname } = useLocation();
  const used = useUsed();
  const agents = useQuery({
    queryKey: ["agents", "rail"],
    queryFn: () =>
      body(
        api.GET("/v1/applications", { params: { query: { limit: String(SHOWN), order: "desc", include: "drafts" } } }),
      ),
    enabled: may,
  });
  const newest = agents.data?.data.map(({ id, name, deployed_version: version }) => ({ id, name, version }));
  const shown = usedLast(used, newest ?? []);
  return (
    <nav aria-label="Main" className="flex h-full flex-col gap-1 p-3">
      <div className="flex h-9 items-center px-2">
        <Brand />
      </div>
      <ul className="mt-2 flex flex-col gap-0.5">
        {PLACES.map(({ to, label, Icon, also }) => (
          <li key={to}>
            <Link
              to={to}
              aria-current={isIn(pathname, to) || (also && isIn(pathname, also)) ? "page" : undefined}
              className={ITEM}
              onClick={onGo}
            >
              <Icon aria-hidden="true" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
      {shown.length > 0 && (
        <>
          <h2 className="mt-4 px-2.5 text-xs text-muted">Agents</h2>
          <ul className="flex min-h-0 flex-col gap-0.5 overflow-y-auto">
            {shown.map((one) => (
              <li key={one.id}>
                <NavLink to={`/agents/${one.id}`} className={ITEM} onClick={onGo}>
                  <span className="min-w-0 flex-1 truncate">{one.name}</span>
                  <span className="text-xs text-muted">{one.version ? `v${one.version}` : "draft"}</span>
                </NavLink>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="mt-auto pt-2">
        <Account onGo={onGo} />
      </div>
    </nav>
  );
}
