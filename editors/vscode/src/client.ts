// The conversation with one server process.

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type ErrorHandler,
  type LanguageClientOptions,
} from "vscode-languageclient/node";

import type { Found } from "./launch.js";
import { serverSettings } from "./settings.js";
import { start } from "./system.js";

/** Python in files, in editors without a file and in notebooks; and where nanlint is configured. */
export const SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
  { scheme: "file", pattern: "**/{pyproject,nanlint,.nanlint}.toml" },
];

export interface Hearing {
  /** The last line that the server has written to its standard error. */
  lastLine: string;
}

/** A client that is not started yet. `directory` is where the server is started, and holds no Python files. */
export function makeClient(
  found: Found,
  directory: string,
  output: vscode.LogOutputChannel,
): { client: LanguageClient; hearing: Hearing } {
  const hearing: Hearing = { lastLine: "" };
  const hear = (text: string): void => {
    hearing.lastLine = text.trim().split("\n").at(-1) ?? hearing.lastLine;
    output.error(text.trimEnd());
  };
  const restarts: { handler?: ErrorHandler } = {};
  const options: LanguageClientOptions = {
    documentSelector: SELECTOR,
    initializationOptions: current(),
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: () => false,
    middleware: { workspace: { configuration: (params) => params.items.map((item) => current(item.scopeUri)) } },
    errorHandler: {
      error: (error, message, count) =>
        restarts.handler?.error(error, message, count) ?? { action: ErrorAction.Shutdown, handled: true },
      closed: () => restarts.handler?.closed() ?? { action: CloseAction.DoNotRestart, handled: true },
    },
  };
  const client = new LanguageClient("nanlint", "nanlint", () => start(found, directory, hear), options);
  client.onDidChangeState(() => {
    if (client.isRunning()) {
      restarts.handler ??= client.createDefaultErrorHandler();
    }
  });
  return { client, hearing };
}

/** The settings for the server, as they are now: those of a folder, or those of the window. */
export function current(folder?: string): object {
  const settings = vscode.workspace.getConfiguration("nanlint", folder === undefined ? null : vscode.Uri.parse(folder));
  return serverSettings((name) => settings.get(name));
}
