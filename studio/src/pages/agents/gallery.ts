/** The agents of examples/, embedded when the studio is built. */

export type Example = { slug: string; name: string; description: string; yaml: string };

const files = import.meta.glob<string>("../../../../examples/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});

const ORDER = ["product-description", "social-post", "faq", "press-release", "ticket-triage", "meta-tags"];

export const examples: Example[] = Object.entries(files)
  .map(([path, yaml]) => ({ slug: slugOf(path), yaml, ...headOf(yaml) }))
  .sort((a, b) => place(a.slug) - place(b.slug));

function slugOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.yaml$/, "");
}

function place(slug: string): number {
  return ORDER.includes(slug) ? ORDER.indexOf(slug) : ORDER.length;
}

/** Name and description of an example: our own files, which write them plainly at their beginning. */
export function headOf(yaml: string): { name: string; description: string } {
  const name = /^name: *(.+)$/m.exec(yaml)?.[1] ?? "";
  const folded = /^description: *[>|]-?\n((?: {2}.*\n)+)/m.exec(yaml)?.[1];
  const plain = /^description: *(?![>|])(.+)$/m.exec(yaml)?.[1];
  const description = folded
    ? folded
        .split("\n")
        .map((line) => line.trim())
        .join(" ")
    : (plain ?? "");
  return { name: unquoted(name), description: unquoted(description.trim()) };
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

/** The YAML without its alias, for a second agent of the same example. */
export const withoutAlias = (yaml: string): string => yaml.replace(/^alias:.*\n/m, "");
