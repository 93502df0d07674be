// Programs on this machine.

import { execFile, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";

import { serverArguments, type Launcher, type System } from "./launch.js";

const PATIENCE = 30_000; // milliseconds: the first start after an installation compiles Python's files

/**
 * Looks programs up and runs them in a directory. It must hold no Python files: those would hide modules of Python's own
 * from `python -m`, as a training script's types.py or signal.py does.
 */
export function localSystem(directory: string): System {
  return {
    platform: process.platform,
    environment: process.env,
    isProgram,
    output: (program, args) =>
      new Promise((resolve, reject) => {
        const options = { cwd: directory, timeout: PATIENCE, windowsHide: true };
        execFile(program, args, options, (error, stdout, stderr) => {
          if (error === null) {
            resolve(stdout);
          } else {
            reject(new Error(stderr.trim() === "" ? error.message : stderr));
          }
        });
      }),
  };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Starts the server on pipes; what it writes to its standard error goes to `tell`. Rejects if it cannot be started. */
export function start(
  launcher: Launcher,
  directory: string,
  tell: (text: string) => void,
): Promise<ChildProcessWithoutNullStreams> {
  return new Promise((resolve, reject) => {
    const child = spawn(launcher.program, serverArguments(launcher), { cwd: directory, windowsHide: true });
    child.stderr.setEncoding("utf8").on("data", tell);
    child.once("error", reject);
    child.once("spawn", () => {
      resolve(child);
    });
  });
}
