/** The header that tells a file's name, whatever letters it has (RFC 6266, RFC 5987). */
export const disposition = (name: string): string => `attachment; filename*=UTF-8''${encoded(name)}`;

const encoded = (name: string) =>
  encodeURIComponent(wellFormed(name)).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Half a letter cannot be encoded: a name of the file system may have one. */
const wellFormed = (name: string) =>
  name.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

/** The ending of a name, in small letters: "pdf"; "" without one. */
export const extensionOf = (name: string): string => /\.([A-Za-z0-9]{1,16})$/.exec(name)?.[1]?.toLowerCase() ?? "";

/** Whether a file's name has one of the endings that are taken; all are where none is named. */
export function isTaken(name: string, types: readonly string[]): boolean {
  const ending = extensionOf(name);
  const same = (one: string) => ALIKE[one] ?? one;
  return types.length === 0 || types.some((one) => same(one.replace(/^\./, "").toLowerCase()) === same(ending));
}

const ALIKE: Record<string, string> = { jpeg: "jpg", htm: "html", tiff: "tif" };
