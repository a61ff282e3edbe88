import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { Menu, MenuItem } from "@/components/menu";
import { type InputType, newInput } from "./definition";
import { moved } from "./editing";
import { useEditing, useIssue } from "./editing-context";
import { InputForm } from "./input-form";
import { KINDS } from "./input-kinds";
import { InputRow } from "./input-row";
import { Knowledge } from "./knowledge";

/** The inputs in their order, and the selected one with everything that can be said about it. */
export function InputsColumn() {
  const { draft, change } = useEditing();
  const [selected, setSelected] = useState<string | null>(draft.inputs[0]?.key ?? null);
  const shown = draft.inputs.find((one) => one.key === selected) ?? null;
  const add = (type: InputType) => {
    const names = [...draft.inputs, ...draft.prompts].map((one) => one.name);
    const input = newInput(type, names);
    change((one) => ({ ...one, inputs: [...one.inputs, input] }));
    setSelected(input.key);
  };
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex items-center justify-between">
        <h2 className="text-sm font-semibold">Inputs</h2>
        <AddInput onAdd={add} />
      </div>
      {draft.inputs.length === 0 && (
        <p className="text-sm text-muted">
          What changes from run to run, for example a product’s name. Prompts refer to it as @Product name.
        </p>
      )}
      <Sortable selected={selected} onSelect={setSelected} />
      {shown && (
        <InputForm
          key={shown.key}
          input={shown}
          onRemove={() => {
            change((one) => ({ ...one, inputs: one.inputs.filter((input) => input.key !== shown.key) }));
            setSelected(draft.inputs.find((one) => one.key !== shown.key)?.key ?? null);
          }}
        />
      )}
      <Knowledge />
    </div>
  );
}

function Sortable({ selected, onSelect }: { selected: string | null; onSelect: (key: string) => void }) {
  const { draft, change } = useEditing();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const place = (key: unknown) => draft.inputs.findIndex((one) => one.key === key);
  const dropped = ({ active, over }: DragEndEvent) => {
    if (!over || over.id === active.id) return;
    const [from, to] = [place(active.id), place(over.id)];
    change((one) => ({ ...one, inputs: moved(one.inputs, from, to) }));
  };
  const name = (key: unknown) => draft.inputs[place(key)]?.name ?? "";
  const announcements = {
    onDragStart: ({ active }: { active: { id: unknown } }) => `Picked up ${name(active.id)}.`,
    onDragOver: ({ active, over }: { active: { id: unknown }; over: { id: unknown } | null }) =>
      over ? `${name(active.id)} is at place ${place(over.id) + 1} of ${draft.inputs.length}.` : "",
    onDragEnd: ({ active, over }: { active: { id: unknown }; over: { id: unknown } | null }) =>
      over ? `${name(active.id)} was dropped at place ${place(over.id) + 1}.` : "",
    onDragCancel: ({ active }: { active: { id: unknown } }) => `${name(active.id)} stays where it was.`,
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={dropped}
      accessibility={{ announcements }}
    >
      <SortableContext items={draft.inputs.map((one) => one.key)} strategy={verticalListSortingStrategy}>
        <ul className="flex flex-col gap-1">
          {draft.inputs.map((one, at) => (
            <Row key={one.key} at={at} open={one.key === selected} onSelect={() => onSelect(one.key)} />
          ))}
        </ul>
      </SortableContext>
    </DndContext>
  );
}

function Row({ at, open, onSelect }: { at: number; open: boolean; onSelect: () => void }) {
  const input = useEditing().draft.inputs[at];
  const faulty = useIssue(`inputs[${at}]`) !== null;
  return input ? <InputRow input={input} open={open} faulty={faulty} onSelect={onSelect} /> : null;
}

function AddInput({ onAdd }: { onAdd: (type: InputType) => void }) {
  return (
    <Menu
      trigger={
        <Button size="small" icon={<Plus />}>
          Add input
        </Button>
      }
    >
      {(Object.keys(KINDS) as InputType[]).map((type) => {
        const { label, Icon, note } = KINDS[type];
        return (
          <MenuItem key={type} icon={<Icon />} onSelect={() => onAdd(type)} note={note}>
            {label}
          </MenuItem>
        );
      })}
    </Menu>
  );
}
