import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Batches() {
  return (
    <Page title="Batches">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
