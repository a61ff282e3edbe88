import { Page } from "@/frame/page";
import { SessionList } from "@/sessions/session-list";
import { own } from "@/sessions/ways";

/** Where you are signed in. */
export default function Sessions() {
  return (
    <Page title="Sessions">
      <SessionList
        ways={own}
        title="Where you are signed in"
        all="Sign out everywhere else"
        allNote="Every other browser is asked to sign in again. You stay signed in here."
        empty="You have been signed out."
      />
    </Page>
  );
}
