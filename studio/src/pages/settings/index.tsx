import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Settings() {
  return (
    <Page title="Settings">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
