import { useSortable } from "@dnd-kit/sortable";
import { GripVertical } from "lucide-react";
import type { AgentInput, Keyed } from "./definition";
import { KINDS } from "./input-kinds";

/** One input in the list: a handle to drag it by (or Space and the arrows), its kind, its name. */
export function InputRow({
  input,
  open,
  faulty,
  onSelect,
}: {
  input: Keyed<AgentInput>;
  open: boolean;
  faulty: boolean;
  onSelect: () => void;
}) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id: input.key,
  });
  const { Icon, label } = KINDS[input.type];
  return (
    <li
      ref={setNodeRef}
      style={{ transform: transform ? `translateY(${transform.y}px)` : undefined, transition }}
      className={`flex items-center rounded-lg border ${isDragging ? "relative z-10 shadow-float" : ""} ${open ? "border-line-strong bg-hover" : "border-line bg-surface"}`}
    >
      <button
        type="button"
        ref={setActivatorNodeRef}
        {...attributes}
        {...listeners}
        aria-label={`Move ${input.name}`}
        className="flex h-9 w-7 shrink-0 cursor-grab! touch-none items-center justify-center rounded-lg text-muted hover:text-text"
      >
        <GripVertical className="size-4" aria-hidden="true" />
      </button>
      <button
        type="button"
        onClick={onSelect}
        aria-pressed={open}
        className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-lg pr-3 text-left text-sm"
      >
        <span className="min-w-0 flex-1 truncate font-medium">{input.name || "(no name)"}</span>
        {faulty && <span className="size-1.5 rounded-full bg-bad" title="Something is wrong here" />}
        {(input.required ?? true) ? (
          <span className="text-xs text-muted" title="required">
            required
          </span>
        ) : null}
        <Icon className="size-4 shrink-0 text-muted" aria-label={label} />
      </button>
    </li>
  );
}
