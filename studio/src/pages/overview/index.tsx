import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Overview() {
  return (
    <Page title="Overview">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
