import { Menu as MenuIcon, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { session as ended } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import { IconButton } from "@/components/button";
import { Sheet } from "@/components/dialog";
import { Failed, Loading } from "@/components/states";
import { Toasts } from "@/components/toast";
import { Brand, Rail } from "./rail";
import { useSession } from "./session";

const CommandMenu = lazy(() => import("./command-menu"));

/** Everything around a page, for whoever is signed in; everybody else is sent to the sign-in page and back. */
export function Shell() {
  const { data, error, refetch } = useSession();
  const place = useLocation();
  useEffect(() => {
    ended.ended = () => void queries.invalidateQueries({ queryKey: ["session"] });
  }, []);
  if (error instanceof Problem && error.status === 401)
    return <Navigate to="/sign-in" replace state={{ from: place.pathname + place.search }} />;
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <Frame />;
}

function Frame() {
  const [open, setOpen] = useState(false);
  const [commanding, setCommanding] = useCommandKey();
  return (
    <div className="min-h-dvh md:pl-60">
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <div className="fixed inset-y-0 left-0 z-30 hidden w-60 border-r border-line bg-sunken md:block">
        <Rail />
      </div>
      <div className="flex h-12 items-center gap-2 border-b border-line bg-sunken px-3 md:hidden">
        <IconButton label="Menu" onClick={() => setOpen(true)}>
          <MenuIcon />
        </IconButton>
        <Brand />
        <IconButton label="Command menu" className="ml-auto" onClick={() => setCommanding(true)}>
          <Search />
        </IconButton>
      </div>
      <Sheet open={open} onOpenChange={setOpen} title="Menu">
        <Rail onGo={() => setOpen(false)} />
      </Sheet>
      <div className="flex min-h-dvh flex-col">
        <Suspense fallback={<Loading lines={6} />}>
          <Outlet />
        </Suspense>
      </div>
      {commanding && (
        <Suspense>
          <CommandMenu onClose={() => setCommanding(false)} />
        </Suspense>
      )}
      <Toasts />
    </div>
  );
}

function useCommandKey(): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return [open, setOpen];
}
