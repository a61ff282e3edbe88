import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Batch() {
  return (
    <Page title="Batch">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
