// What is tried inside a real VS Code, with the packaged extension installed. Each try writes a line to the report: "ok" or
// "not ok", its name, and what went wrong. The workspace is laid out by whoever starts VS Code: folders `one` and `two`.

import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";

import * as vscode from "vscode";

const PATIENCE = 30_000; // milliseconds
const EXTENSION = "nanlint.nanlint";

/** Waits until a value is there. */
async function until<T>(what: string, get: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const value = await get();
    if (value !== undefined) {
      return value;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

function file(folder: string, name: string): vscode.Uri {
  const found = vscode.workspace.workspaceFolders?.find((one) => one.name === folder);
  assert.ok(found, `no folder ${folder}`);
  return vscode.Uri.joinPath(found.uri, name);
}

async function opened(folder: string, name: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(file(folder, name));
  await vscode.window.showTextDocument(document);
  return document;
}

function codes(uri: vscode.Uri): string[] {
  const found = vscode.languages.getDiagnostics(uri).filter((one) => one.source === "nanlint");
  return found.map((one) => String(typeof one.code === "object" ? one.code.value : one.code)).sort();
}

async function shows(uri: vscode.Uri, ...expected: string[]): Promise<void> {
  const same = (): true | undefined => (codes(uri).join() === expected.join() ? true : undefined);
  await until(`[${expected.join()}] in ${uri.path}`, same).catch((error: unknown) => {
    throw new Error(`${String(error)}: there is [${codes(uri).join()}]`);
  });
}

function at(document: vscode.TextDocument, text: string): vscode.Range {
  const start = document.getText().indexOf(text);
  assert.ok(start >= 0, `no ${text}`);
  return new vscode.Range(document.positionAt(start), document.positionAt(start + text.length));
}

async function actions(uri: vscode.Uri, range: vscode.Range, kind: string): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand("vscode.executeCodeActionProvider", uri, range, kind, 10);
}

async function versionSays(expected: RegExp): Promise<void> {
  let version = "";
  const same = async (): Promise<true | undefined> => {
    version = await vscode.commands.executeCommand<string>("nanlint.showVersion");
    return expected.test(version) ? true : undefined;
  };
  await until(String(expected), same).catch((error: unknown) => {
    throw new Error(`${String(error)}: it is ${version}`);
  });
}

async function hoverText(document: vscode.TextDocument, text: string): Promise<string> {
  const position = at(document, text).start;
  const found = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
  return found.flatMap((one) => one.contents.map((part) => (typeof part === "string" ? part : part.value))).join("\n");
}

const tries: Record<string, () => Promise<void>> = {
  "the packaged extension starts the server of nanlint.interpreter": async () => {
    const document = await opened("one", "train.py");
    await shows(document.uri, "NAN201", "NAN202");
    assert.equal(vscode.extensions.getExtension(EXTENSION)?.isActive, true);
    await versionSays(/^nanlint \d\S+, from the setting nanlint\.interpreter \(.*\); extension 0\.1\.0$/);
  },
  "hovering tells of findings and ranges": async () => {
    const document = await opened("one", "train.py");
    assert.match(await hoverText(document, "torch.log(p)"), /log-of-softmax/);
    assert.match(await hoverText(document, "torch.softmax"), /\[0, 1\]/);
  },
  "inlay hints come when they are switched on": async () => {
    const document = await opened("one", "train.py");
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = (): Thenable<vscode.InlayHint[]> =>
      vscode.commands.executeCommand("vscode.executeInlayHintProvider", document.uri, whole);
    assert.deepEqual(await hints(), []);
    const settings = vscode.workspace.getConfiguration("nanlint");
    await settings.update("inlayHints", true, vscode.ConfigurationTarget.Workspace);
    await until("an inlay hint", async () => ((await hints()).length > 0 ? true : undefined));
    await settings.update("inlayHints", undefined, vscode.ConfigurationTarget.Workspace);
  },
  "a quick fix is offered and applied": async () => {
    const document = await opened("one", "train.py");
    const [fix] = await actions(document.uri, at(document, "torch.log(q)"), "quickfix");
    assert.ok(fix?.edit, "no quick fix with an edit");
    assert.equal(await vscode.workspace.applyEdit(fix.edit), true);
    await shows(document.uri, "NAN201");
    assert.match(document.getText(), /F\.logsigmoid\(x\)/);
  },
  "Fix File leaves a clean file, which is saved": async () => {
    const document = await opened("one", "train.py");
    await vscode.commands.executeCommand("nanlint.fix");
    await shows(document.uri);
    assert.match(document.getText(), /log_softmax/);
    assert.equal(await document.save(), true);
  },
  "fixes on saving": async () => {
    const document = await opened("one", "saved.py");
    await shows(document.uri, "NAN201");
    const settings = vscode.workspace.getConfiguration("editor");
    await settings.update("codeActionsOnSave", { "source.fixAll.nanlint": "explicit" }, vscode.ConfigurationTarget.Workspace);
    await vscode.commands.executeCommand("workbench.action.files.save");
    await until("the fixed text", () => (document.getText().includes("log_softmax") ? true : undefined));
    await settings.update("codeActionsOnSave", undefined, vscode.ConfigurationTarget.Workspace);
  },
  "each folder has its own settings": async () => {
    const document = await opened("two", "train.py");
    await shows(document.uri, "NAN202");
  },
  "the cells of a notebook are one program": async () => {
    const notebook = await vscode.workspace.openNotebookDocument(file("one", "train.ipynb"));
    await vscode.window.showNotebookDocument(notebook);
    const cell = notebook.cellAt(2).document;
    await shows(cell.uri, "NAN201");
    await vscode.commands.executeCommand("nanlint.fix");
    await shows(cell.uri);
    assert.match(cell.getText(), /log_softmax/);
  },
  "text without a file is looked at": async () => {
    const content = "import torch\n\n\ndef f(x):\n    return torch.log(torch.softmax(x, 0))\n";
    const document = await vscode.workspace.openTextDocument({ language: "python", content });
    await vscode.window.showTextDocument(document);
    await shows(document.uri, "NAN201");
  },
  "nanlint's table in pyproject.toml is completed": async () => {
    const document = await opened("two", "pyproject.toml");
    const position = at(document, "sel").end;
    const found = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider", document.uri, position,
    );
    assert.ok(found.items.some((item) => item.label === "select"), JSON.stringify(found.items.map((item) => item.label)));
  },
  "a restarted server shows the same": async () => {
    const document = await opened("two", "train.py");
    await vscode.commands.executeCommand("nanlint.restart");
    await shows(document.uri, "NAN202");
  },
  "a server that dies is started again": async () => {
    const document = await opened("two", "train.py");
    await versionSays(/^nanlint/);
    await vscode.commands.executeCommand("nanlint.showOutput");
    process.kill(await serverProcess(), "SIGKILL");
    await until("the findings to go", () => (codes(document.uri).length === 0 ? true : undefined));
    await shows(document.uri, "NAN202");
  },
  "the interpreter of the Python extension is taken where none is set": async () => {
    const document = await opened("two", "train.py");
    const settings = vscode.workspace.getConfiguration("nanlint");
    await settings.update("interpreter", "", vscode.ConfigurationTarget.Workspace);
    await versionSays(/^nanlint \S+, from the interpreter of the Python extension /);
    await shows(document.uri, "NAN202");
    await settings.update("interpreter", undefined, vscode.ConfigurationTarget.Workspace);
    await versionSays(/^nanlint \S+, from the setting nanlint\.interpreter /);
  },
  "a program that is not there is refused, and the next setting taken at once": async () => {
    const document = await opened("two", "train.py");
    const settings = vscode.workspace.getConfiguration("nanlint");
    await settings.update("path", "/no/such/nanlint", vscode.ConfigurationTarget.Workspace);
    await versionSays(/^extension 0\.1\.0; no server is running$/);
    await shows(document.uri);
    await settings.update("path", undefined, vscode.ConfigurationTarget.Workspace);
    await shows(document.uri, "NAN202");
  },
};

/** The process of the server, a child of this one. */
async function serverProcess(): Promise<number> {
  const { execFileSync } = await import("node:child_process");
  const listed = execFileSync("ps", ["--ppid", String(process.pid), "-o", "pid=,args="], { encoding: "utf8" });
  const line = listed.split("\n").find((one) => one.includes("nanlint lsp"));
  assert.ok(line, listed);
  return Number.parseInt(line, 10);
}

/** VS Code calls this. */
export async function run(): Promise<void> {
  const report = process.env["NANLINT_REPORT"];
  assert.ok(report, "NANLINT_REPORT names the file of the report");
  const chosen = process.env["NANLINT_TRY"] ?? "";
  for (const [name, attempt] of Object.entries(tries).filter(([one]) => one.includes(chosen))) {
    try {
      await attempt();
      appendFileSync(report, `ok - ${name}\n`);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      appendFileSync(report, `not ok - ${name}: ${text.replaceAll("\n", " ")}\n`);
    }
  }
  appendFileSync(report, "end\n");
}
