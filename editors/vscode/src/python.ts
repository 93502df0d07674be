// The interpreter that is selected in the Python extension, if that is installed.

import * as vscode from "vscode";

const EXTENSION = "ms-python.python";

interface Environments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  resolveEnvironment(path: { readonly path: string }): Promise<Environment | undefined>;
  readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

interface Environment {
  readonly executable: { readonly uri: vscode.Uri | undefined };
}

/** Path of the interpreter; "" if none is selected or there is no Python extension. */
export async function selectedInterpreter(resource: vscode.Uri | undefined): Promise<string> {
  const environments = await environmentsOf();
  if (environments === undefined) {
    return "";
  }
  const found = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(resource));
  return found?.executable.uri?.fsPath ?? "";
}

/** Calls when another interpreter is selected. */
export async function onSelection(call: () => void): Promise<vscode.Disposable | undefined> {
  return (await environmentsOf())?.onDidChangeActiveEnvironmentPath(call);
}

async function environmentsOf(): Promise<Environments | undefined> {
  const extension = vscode.extensions.getExtension<{ readonly environments?: Environments }>(EXTENSION);
  return extension === undefined ? undefined : (await extension.activate()).environments;
}
