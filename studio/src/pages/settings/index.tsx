import { lazy, Suspense } from "react";
import { Navigate, NavLink, useParams } from "react-router";
import { Empty, Loading } from "@/components/states";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";

const SECTIONS = [
  { name: "keys", label: "Keys", View: lazy(() => import("./keys")) },
  { name: "models", label: "Models", View: lazy(() => import("./models")) },
  { name: "webhooks", label: "Webhooks", View: lazy(() => import("./webhooks")) },
  { name: "usage", label: "Usage and caps", View: lazy(() => import("./usage")) },
  { name: "people", label: "People", View: lazy(() => import("./people")) },
  { name: "system", label: "System", View: lazy(() => import("./system")) },
] as const;

const TAB =
  "flex h-8 items-center rounded-lg px-2.5 text-sm whitespace-nowrap text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-text";

/** On a phone the sections are a strip that is wider than the page. */
const inView = (link: HTMLElement | null) => link?.scrollIntoView({ block: "nearest", inline: "nearest" });

export default function Settings() {
  const { section } = useParams();
  const admin = useMay("admin");
  const shown = SECTIONS.find((one) => one.name === section);
  if (!shown) return <Navigate to="/settings/keys" replace />;
  return (
    <Page title={shown.label} crumbs={[{ to: "/settings", label: "Settings" }]}>
      <div className="gap-6 md:flex">
        <nav aria-label="Settings" className="mb-4 md:w-40 md:shrink-0">
          <ul className="flex gap-0.5 overflow-x-auto md:sticky md:top-20 md:flex-col">
            {SECTIONS.map((one) => (
              <li key={one.name}>
                <NavLink ref={one === shown ? inView : undefined} to={`/settings/${one.name}`} className={TAB}>
                  {one.label}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 flex-1">
          {admin ? (
            <Suspense fallback={<Loading />}>
              <shown.View />
            </Suspense>
          ) : (
            <Empty title="Settings are for administrators">
              Ask one to do it for you, or to make you an administrator under People.
            </Empty>
          )}
        </div>
      </div>
    </Page>
  );
}
