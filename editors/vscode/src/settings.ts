// What the user has set: for the server, and for starting it.

/** Reads one setting; undefined where there is none of that name. */
export type Get = (name: string) => unknown;

/** The settings that the server understands. It complains of any other. */
export const SERVER_SETTINGS = ["enable", "hoverRanges", "inlayHints", "unsafeFixes", "workspaceDiagnostics"] as const;

/** The settings that decide which server is started. */
export const LAUNCH_SETTINGS = ["path", "interpreter"] as const;

export type ServerSettings = Partial<Record<(typeof SERVER_SETTINGS)[number], unknown>>;

/** What the server is told. */
export function serverSettings(get: Get): ServerSettings {
  const given = SERVER_SETTINGS.map((name) => [name, get(name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** A path as the user has written it, with what stands for other paths put in; "" if nothing is set. */
export function expanded(value: unknown, home: string, folder: string | undefined): string {
  const path = typeof value === "string" ? value.trim() : "";
  const inFolder = folder === undefined ? path : path.replaceAll("${workspaceFolder}", () => folder);
  return inFolder.replace(/^~(?=$|[/\\])/, () => home);
}
