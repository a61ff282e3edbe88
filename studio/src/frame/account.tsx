import { ChevronsUpDown, LogOut, Monitor, MonitorSmartphone, Moon, Sun } from "lucide-react";
import { useNavigate } from "react-router";
import { buttonClass } from "@/components/button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/menu";
import { signOut, useSession } from "./session";
import { setTheme, type Theme, useTheme } from "./theme";

const THEMES: [Theme, string, typeof Sun][] = [
  ["system", "As the system", Monitor],
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
];

/** Who is signed in; the theme; where else; sign out. */
export function Account({ onGo }: { onGo?: () => void }) {
  const navigate = useNavigate();
  const session = useSession().data;
  const theme = useTheme();
  if (!session) return null;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={`${buttonClass("quiet")} w-full justify-start! px-2.5!`}>
          <span className="min-w-0 flex-1 truncate text-left">{session.name}</span>
          <ChevronsUpDown aria-hidden="true" />
        </button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map(([value, label, Icon]) => (
        <MenuItem key={value} icon={<Icon />} onSelect={() => setTheme(value)} note={theme === value ? "✓" : undefined}>
          {label}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem
        icon={<MonitorSmartphone />}
        onSelect={() => {
          void navigate("/sessions");
          onGo?.();
        }}
      >
        Sessions
      </MenuItem>
      <MenuItem icon={<LogOut />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
