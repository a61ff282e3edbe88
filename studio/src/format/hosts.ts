/** The name of a worker's machine; what follows tells its boot and namespace apart, and is for the tooltip. */
export const hostName = (host: string): string => host.split("/", 1)[0] ?? host;
