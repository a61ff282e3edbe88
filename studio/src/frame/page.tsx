import { ChevronRight } from "lucide-react";
import { Fragment, type ReactNode, useEffect } from "react";
import { Link } from "react-router";

export type Crumb = { to: string; label: string };

/** One page: where I am, its status, its one or two main actions; below, the page itself. */
export function Page({
  title,
  heading,
  crumbs = [],
  status,
  actions,
  wide,
  flush,
  children,
}: {
  title: string;
  /** In the place of the title, where it can be edited. */
  heading?: ReactNode;
  crumbs?: readonly Crumb[];
  status?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  /** The page fills the window to its edges. */
  flush?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Pressrun`;
  }, [title]);
  return (
    <>
      <header className="sticky top-0 z-20 flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-bg px-4 py-2 md:px-6">
        {crumbs.map((one) => (
          <Fragment key={one.to}>
            <Link to={one.to} className="text-sm text-muted hover:text-text">
              {one.label}
            </Link>
            <ChevronRight className="-mx-1.5 size-4 text-muted" aria-hidden="true" />
          </Fragment>
        ))}
        {heading ?? <h1 className="min-w-0 truncate text-base font-semibold">{title}</h1>}
        {status}
        {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      <main
        id="main"
        tabIndex={-1}
        className={
          flush
            ? "min-h-0 flex-1 outline-none"
            : `mx-auto w-full outline-none ${wide ? "max-w-7xl" : "max-w-6xl"} px-4 py-5 md:px-6`
        }
      >
        {children}
      </main>
    </>
  );
}
