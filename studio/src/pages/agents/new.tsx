import { Empty } from "@/components/states";
import { Page } from "@/frame/page";

export default function Agents() {
  return (
    <Page title="Agents">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
