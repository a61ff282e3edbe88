import { ChevronsUpDown, FileText, Image, type LucideIcon, Type } from "lucide-react";
import type { InputType } from "./definition";

export const KINDS: Record<InputType, { label: string; Icon: LucideIcon; note: string }> = {
  text: { label: "Text", Icon: Type, note: "Whatever a person types." },
  dropdown: { label: "Dropdown", Icon: ChevronsUpDown, note: "One of a few options." },
  file: { label: "File", Icon: FileText, note: "Documents." },
  media: { label: "Image", Icon: Image, note: "One picture." },
};
