/** A name as the server compares it: without case, spaces and underscores. */
export const fold = (name: string): string => name.normalize("NFC").toLowerCase().replace(/[ _]/g, "");
