import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Job() {
  return (
    <Page title="Job">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
