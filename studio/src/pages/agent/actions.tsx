import { useQueryClient } from "@tanstack/react-query";
import { Code, Ellipsis, History, Play, Redo2, Undo2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Button, IconButton } from "@/components/button";
import { Menu, MenuItem } from "@/components/menu";
import { DeploySheet } from "./deploy-sheet";
import type { Application } from "./remote";
import type { EditorState } from "./use-editor";
import { UseIt } from "./use-it";
import { VersionsSheet } from "./versions-sheet";

type Open = "deploy" | "versions" | "use" | null;

/** What can be done with the draft and with what is deployed. */
export function Actions({ agent, editor }: { agent: Application; editor: EditorState }) {
  const [open, setOpen] = useState<Open>(null);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const close = () => setOpen(null);
  const changed = () => void queries.invalidateQueries({ queryKey: ["agents"] });
  const run = () => navigate(`/agents/${agent.id}/run`);
  return (
    <>
      <IconButton label="Undo (Ctrl Z)" onClick={editor.undo} disabled={editor.history.past.length === 0}>
        <Undo2 />
      </IconButton>
      <IconButton label="Redo (Ctrl Shift Z)" onClick={editor.redo} disabled={editor.history.future.length === 0}>
        <Redo2 />
      </IconButton>
      <span className="hidden gap-2 lg:flex">
        <Button icon={<History />} onClick={() => setOpen("versions")}>
          Versions
        </Button>
        <Button icon={<Code />} onClick={() => setOpen("use")}>
          Use it
        </Button>
        <Button icon={<Play />} onClick={run} disabled={!agent.deployed_version}>
          Run
        </Button>
      </span>
      <span className="lg:hidden">
        <Menu
          trigger={
            <IconButton label="More">
              <Ellipsis />
            </IconButton>
          }
        >
          <MenuItem icon={<History />} onSelect={() => setOpen("versions")}>
            Versions
          </MenuItem>
          <MenuItem icon={<Code />} onSelect={() => setOpen("use")}>
            Use it
          </MenuItem>
          <MenuItem icon={<Play />} onSelect={run} disabled={!agent.deployed_version}>
            Run
          </MenuItem>
        </Menu>
      </span>
      <Button look="primary" onClick={() => setOpen("deploy")}>
        Deploy
      </Button>
      {open === "deploy" && <DeploySheet agent={agent} editor={editor} onClose={close} onDeployed={changed} />}
      {open === "versions" && <VersionsSheet agent={agent} editor={editor} onClose={close} onChanged={changed} />}
      {open === "use" && <UseIt agent={agent} values={editor.editing.values} onClose={close} />}
    </>
  );
}
