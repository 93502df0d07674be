// Which nanlint is started: the one that the user names, else the first that answers.

import * as path from "node:path";

/** A program, the arguments before those of nanlint itself, and where it was found. */
export interface Launcher {
  readonly program: string;
  readonly prefix: readonly string[];
  readonly origin: string;
}

export interface Found extends Launcher {
  readonly version: string;
}

/** What the choice depends on. Empty strings are nothing. */
export interface Wishes {
  readonly path: string;
  readonly interpreter: string;
  readonly selected: string;
}

/** Where programs are looked up. */
export interface System {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether that is a file which may be run. */
  isProgram(file: string): boolean;
  /** What the program prints; rejects if it cannot be run or fails. */
  output(program: string, args: readonly string[]): Promise<string>;
}

/** Tells the user why there is no server, and what to do. */
export class NotFound extends Error {}

const MODULE = ["-m", "nanlint"];
const VERSION = /^nanlint (\S+)/;

/** The arguments that start the server. */
export function serverArguments(launcher: Launcher): string[] {
  return [...launcher.prefix, "lsp"];
}

/** The nanlint to start. Rejects with NotFound. */
export async function find(wishes: Wishes, system: System): Promise<Found> {
  const named = demanded(wishes);
  if (named !== undefined) {
    return asked(named, system);
  }
  for (const launcher of candidates(wishes, system)) {
    const version = await versionOf(launcher, system).catch(() => undefined);
    if (version !== undefined) {
      return { ...launcher, version };
    }
  }
  throw new NotFound('no nanlint found: pip install "nanlint[lsp]" into the selected interpreter, or set nanlint.path');
}

/** What the user has set; it is taken or refused, never replaced by something else. */
function demanded(wishes: Wishes): Launcher | undefined {
  if (wishes.path !== "") {
    return { program: wishes.path, prefix: [], origin: "the setting nanlint.path" };
  }
  if (wishes.interpreter !== "") {
    return { program: wishes.interpreter, prefix: MODULE, origin: "the setting nanlint.interpreter" };
  }
  return undefined;
}

async function asked(launcher: Launcher, system: System): Promise<Found> {
  const version = await versionOf(launcher, system).catch((error: unknown) => {
    throw new NotFound(`${launcher.origin}: ${reason(error)}`);
  });
  if (version === undefined) {
    throw new NotFound(`${launcher.origin}: ${launcher.program} is not nanlint`);
  }
  return { ...launcher, version };
}

function reason(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return lines.at(-1) ?? "";
}

/** What may have nanlint, best first. */
export function candidates(wishes: Wishes, system: System): Launcher[] {
  const found: Launcher[] = [];
  if (wishes.selected !== "") {
    found.push({ program: wishes.selected, prefix: MODULE, origin: "the interpreter of the Python extension" });
  }
  const program = onPath("nanlint", system);
  if (program !== undefined) {
    found.push({ program, prefix: [], origin: "PATH" });
  }
  for (const name of ["python3", "python"]) {
    const interpreter = onPath(name, system);
    if (interpreter !== undefined) {
      found.push({ program: interpreter, prefix: MODULE, origin: `${name} on PATH` });
    }
  }
  return found;
}

/** The program of that name, as a shell would find it. */
export function onPath(name: string, system: System): string | undefined {
  const windows = system.platform === "win32";
  const paths = windows ? path.win32 : path.posix;
  const value = Object.entries(system.environment).find(([key]) => (windows ? key.toUpperCase() : key) === "PATH");
  const directories = (value?.[1] ?? "").split(paths.delimiter).filter((directory) => paths.isAbsolute(directory));
  const file = windows ? `${name}.exe` : name;
  return directories.map((directory) => paths.join(directory, file)).find((candidate) => system.isProgram(candidate));
}

async function versionOf(launcher: Launcher, system: System): Promise<string | undefined> {
  const printed = await system.output(launcher.program, [...launcher.prefix, "--version"]);
  return VERSION.exec(printed)?.[1];
}
