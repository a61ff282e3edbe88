import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Jobs() {
  return (
    <Page title="Jobs">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
