import { useMemo } from "react";
import { TextField } from "@/components/field";
import { DEFAULT_TITLE } from "./definition";
import { useEditing, useIssue } from "./editing-context";
import { preview } from "./preview";
import { TemplateField } from "./template-field";
import { useLastTest } from "./use-tests";
import { known } from "./validate";

/** How the result is put together, and how it would look with the last test's texts. */
export function OutputForm() {
  const { agent, draft, change, values } = useEditing();
  const all = useMemo(() => known(draft), [draft]);
  const last = useLastTest(agent);
  const pieces = preview(draft, values, last);
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label="Title"
        value={draft.output.title ?? ""}
        placeholder={DEFAULT_TITLE}
        maxLength={255}
        error={useIssue("output.title")}
        help="What the result is called."
        onChange={(event) =>
          change((one) => ({ ...one, output: { ...one.output, title: event.target.value } }), "output.title")
        }
      />
      <TemplateField
        label="Template"
        value={draft.output.template ?? ""}
        known={all}
        offered={all}
        error={useIssue("output.template")}
        placeholder={`Empty: the result of “${draft.prompts.at(-1)?.name}”. Type @ to put results and inputs together.`}
        onChange={(template) => change((one) => ({ ...one, output: { ...one.output, template } }), "output.template")}
      />
      <section aria-label="Preview" className="rounded-lg border border-line bg-sunken">
        <h3 className="flex items-center gap-2 border-b border-line px-3 py-2 text-xs font-medium">
          Preview
          <span className="font-normal text-muted">
            {last ? "with the texts of the last test" : "run the draft to see it with real texts"}
          </span>
        </h3>
        <p className="p-3 text-sm break-words whitespace-pre-wrap">
          {pieces.map((piece, at) =>
            piece.missing ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have only their places
              <span key={at} className="rounded bg-hover px-1 text-muted">
                {piece.text}
              </span>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have only their places
              <span key={at}>{piece.text}</span>
            ),
          )}
        </p>
      </section>
    </div>
  );
}
