import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Run() {
  return (
    <Page title="Run">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
