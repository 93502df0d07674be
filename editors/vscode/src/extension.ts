// The extension's beginning and end, and its commands.

import * as vscode from "vscode";

import { SELECTOR } from "./client.js";
import { onSelection } from "./python.js";
import { Server } from "./server.js";
import { LAUNCH_SETTINGS } from "./settings.js";
import { Status } from "./status.js";

const FIX_FILE = "nanlint.fixFile"; // the server's command; the palette's is another, which knows the file

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("nanlint", { log: true });
  const status = new Status(SELECTOR);
  const one = new Server(context.asAbsolutePath("dist"), output, status);
  server = one;
  const restart = (): Promise<void> => one.restart();
  const commands: Record<string, () => unknown> = {
    "nanlint.fix": () => fix(one, false),
    "nanlint.fixUnsafely": () => fix(one, true),
    "nanlint.restart": restart,
    "nanlint.showOutput": () => {
      output.show();
    },
    "nanlint.showVersion": () => showVersion(one, context),
  };
  context.subscriptions.push(
    output,
    status,
    ...Object.entries(commands).map(([name, call]) => vscode.commands.registerCommand(name, call)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (LAUNCH_SETTINGS.some((name) => event.affectsConfiguration(`nanlint.${name}`))) {
        void restart();
      } else if (event.affectsConfiguration("nanlint")) {
        void one.tellSettings();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  );
  await restart();
  const selection = await onSelection(restart);
  if (selection !== undefined) {
    context.subscriptions.push(selection);
  }
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function fix(one: Server, unsafely: boolean): Promise<void> {
  const uri = activePython();
  if (uri === undefined) {
    void vscode.window.showWarningMessage("nanlint: no Python file or notebook is being edited");
    return;
  }
  try {
    await one.execute(FIX_FILE, uri.toString(), unsafely);
  } catch (error) {
    void vscode.window.showErrorMessage(`nanlint: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The document being edited; for a notebook any of its Python cells, which stands for all. */
function activePython(): vscode.Uri | undefined {
  const cells = vscode.window.activeNotebookEditor?.notebook.getCells().map((cell) => cell.document) ?? [];
  const text = vscode.window.activeTextEditor?.document;
  return [...(text === undefined ? [] : [text]), ...cells].find((document) => document.languageId === "python")?.uri;
}

function showVersion(one: Server, context: vscode.ExtensionContext): string {
  const extension = String((context.extension.packageJSON as { readonly version: unknown }).version);
  const found = one.running;
  const text =
    found === undefined
      ? `extension ${extension}; no server is running`
      : `nanlint ${found.version}, from ${found.origin} (${found.program}); extension ${extension}`;
  void vscode.window.showInformationMessage(text);
  return text;
}
