import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Agent() {
  return (
    <Page title="Agent">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
