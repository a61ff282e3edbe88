import { NavLink } from "react-router";

const ITEM =
  "inline-flex h-7 items-center rounded-md px-3 text-xs font-medium text-muted transition-colors hover:text-text aria-[current=page]:bg-surface aria-[current=page]:text-text aria-[current=page]:ring-1 aria-[current=page]:ring-line";

/** Runs are batches and jobs: one list at a time. */
export function RunsSwitch() {
  return (
    <nav aria-label="Runs" className="inline-flex items-center gap-0.5 rounded-lg bg-sunken p-0.5">
      <NavLink to="/batches" end className={ITEM}>
        Batches
      </NavLink>
      <NavLink to="/jobs" end className={ITEM}>
        Jobs
      </NavLink>
    </nav>
  );
}
