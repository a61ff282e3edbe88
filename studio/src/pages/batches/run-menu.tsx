import { Play } from "lucide-react";
import { useNavigate } from "react-router";
import { Button } from "@/components/button";
import { Menu, MenuItem, MenuLabel } from "@/components/menu";
import { useMay } from "@/frame/session";
import { useAgents } from "./agents";

/** Choose the agent to run: a file of rows, or one job. */
export function RunMenu({ many }: { many: boolean }) {
  const navigate = useNavigate();
  const may = useMay("jobs:write");
  const deployed = useAgents().filter((one) => one.deployed_version);
  if (!may) return null;
  return (
    <Menu
      trigger={
        <Button look="primary" icon={<Play />}>
          {many ? "New batch" : "New job"}
        </Button>
      }
    >
      <MenuLabel>{deployed.length > 0 ? "Which agent" : "No agent is deployed yet"}</MenuLabel>
      {deployed.map((one) => (
        <MenuItem key={one.id} onSelect={() => void navigate(`/agents/${one.id}/run${many ? "?rows" : ""}`)}>
          {one.name}
        </MenuItem>
      ))}
      {deployed.length === 0 && <MenuItem onSelect={() => void navigate("/agents/new")}>New agent</MenuItem>}
    </Menu>
  );
}
