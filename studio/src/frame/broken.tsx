import { isRouteErrorResponse, useRouteError } from "react-router";
import { ButtonLink } from "@/components/button";
import { Empty, Failed } from "@/components/states";
import { Page } from "./page";

/** Shown in the place of a page that failed: a page of ours that has a defect, or a new release that replaced its files. */
export function Broken() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return (
    <Page title="This page failed">
      <Failed error={error} retry={() => location.reload()} />
    </Page>
  );
}

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty title="Nothing is here" action={<ButtonLink to="/">Go to the overview</ButtonLink>}>
        The address may be mistyped, or what it showed was deleted.
      </Empty>
    </Page>
  );
}
