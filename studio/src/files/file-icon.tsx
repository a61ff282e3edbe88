import { AudioLines, File, FileSpreadsheet, FileText, Film, Image, Mail, Presentation } from "lucide-react";
import { extensionOf } from "./names";

const ICONS = {
  image: Image,
  table: FileSpreadsheet,
  slides: Presentation,
  mail: Mail,
  sound: AudioLines,
  film: Film,
  text: FileText,
  other: File,
} as const;

const KINDS: Record<string, keyof typeof ICONS> = {
  jpg: "image",
  jpeg: "image",
  png: "image",
  gif: "image",
  webp: "image",
  csv: "table",
  xls: "table",
  xlsx: "table",
  ppt: "slides",
  pptx: "slides",
  eml: "mail",
  mp3: "sound",
  mp4: "film",
  txt: "text",
  md: "text",
  doc: "text",
  docx: "text",
  pdf: "text",
  html: "text",
  srt: "text",
};

/** What kind of file it is, by its name. */
export function FileIcon({ name }: { name: string }) {
  const Icon = ICONS[KINDS[extensionOf(name)] ?? "other"];
  return <Icon className="size-4 shrink-0 text-muted" aria-hidden="true" />;
}
