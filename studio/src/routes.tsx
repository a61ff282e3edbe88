import { createBrowserRouter, Navigate } from "react-router";
import { Broken, NotFound } from "./frame/broken";
import { Shell } from "./frame/shell";

/** Every page is loaded when it is first opened. */
const page = (load: () => Promise<{ default: React.ComponentType }>) => async () => ({
  Component: (await load()).default,
});

/** Until the first page is there: nothing, for a moment. */
const Nothing = () => null;

export const router = createBrowserRouter([
  { path: "/sign-in", lazy: page(() => import("./pages/sign-in")), HydrateFallback: Nothing, ErrorBoundary: Broken },
  {
    Component: Shell,
    HydrateFallback: Nothing,
    ErrorBoundary: Broken,
    children: [
      { index: true, lazy: page(() => import("./pages/overview")), ErrorBoundary: Broken },
      { path: "agents", lazy: page(() => import("./pages/agents")), ErrorBoundary: Broken },
      { path: "agents/new", lazy: page(() => import("./pages/agents/new")), ErrorBoundary: Broken },
      { path: "agents/:agentId", lazy: page(() => import("./pages/agent")), ErrorBoundary: Broken },
      { path: "agents/:agentId/run", lazy: page(() => import("./pages/run")), ErrorBoundary: Broken },
      { path: "batches", lazy: page(() => import("./pages/batches")), ErrorBoundary: Broken },
      { path: "batches/:batchId", lazy: page(() => import("./pages/batch")), ErrorBoundary: Broken },
      { path: "files", lazy: page(() => import("./pages/files")), ErrorBoundary: Broken },
      { path: "graphs", lazy: page(() => import("./pages/graphs")), ErrorBoundary: Broken },
      { path: "graphs/:graphId", lazy: page(() => import("./pages/graph")), ErrorBoundary: Broken },
      { path: "jobs", lazy: page(() => import("./pages/jobs")), ErrorBoundary: Broken },
      { path: "jobs/:jobId", lazy: page(() => import("./pages/job")), ErrorBoundary: Broken },
      { path: "sessions", lazy: page(() => import("./pages/sessions")), ErrorBoundary: Broken },
      { path: "settings", element: <Navigate to="/settings/keys" replace /> },
      { path: "settings/:section", lazy: page(() => import("./pages/settings")), ErrorBoundary: Broken },
      { path: "*", Component: NotFound },
    ],
  },
]);
