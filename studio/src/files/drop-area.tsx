import { type DragEvent, type ReactNode, useRef, useState } from "react";

/** Files are dropped on it, or chosen by whatever `children` make of `choose`. */
export function DropArea({
  label,
  accept,
  several = true,
  onFiles,
  className = "",
  children,
}: {
  label: string;
  /** Endings that are offered, like ".pdf,.docx"; all when left out. */
  accept?: string;
  several?: boolean;
  onFiles: (files: File[]) => void;
  className?: string;
  children: (choose: () => void, isOver: boolean) => ReactNode;
}) {
  const chooser = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const take = (files: FileList | null) => {
    const all = [...(files ?? [])];
    if (all.length > 0) onFiles(several ? all : all.slice(0, 1));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped can be chosen by a button too
    <div
      className={className}
      onDragOver={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <input
        ref={chooser}
        type="file"
        multiple={several}
        accept={accept}
        className="hidden"
        aria-label={`${label}: choose files`}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      {children(() => chooser.current?.click(), isOver)}
    </div>
  );
}
