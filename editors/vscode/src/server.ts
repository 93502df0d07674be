// The server of this window: found, started, restarted, stopped; one of these at a time.

import { homedir } from "node:os";

import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";

import { current, makeClient } from "./client.js";
import { find, type Found } from "./launch.js";
import { selectedInterpreter } from "./python.js";
import { expanded } from "./settings.js";
import type { Status } from "./status.js";
import { localSystem } from "./system.js";

export class Server {
  /** What is running; undefined while nothing is. */
  running: Found | undefined;
  private client: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly output: vscode.LogOutputChannel,
    private readonly status: Status,
  ) {}

  /** Starts a server in place of the one there is, if there is one. Does not reject: the status says what came of it. */
  restart(): Promise<void> {
    return this.queue(async () => {
      await this.end();
      this.status.starting();
      try {
        await this.begin();
      } catch (error) {
        this.fail(error instanceof Error ? error.message : String(error));
      }
    });
  }

  stop(): Promise<void> {
    return this.queue(() => this.end());
  }

  /** Tells the server of its settings; one that is started later asks for them itself. */
  async tellSettings(): Promise<void> {
    await this.turn;
    if (this.client?.isRunning() === true) {
      await this.client.sendNotification("workspace/didChangeConfiguration", { settings: { nanlint: current() } });
    }
  }

  /** The server's answer to one of its own commands. Rejects if there is no server. */
  async execute(command: string, ...given: unknown[]): Promise<unknown> {
    await this.turn;
    if (this.client === undefined || this.running === undefined) {
      throw new Error("the nanlint server is not running");
    }
    return this.client.sendRequest("workspace/executeCommand", { command, arguments: given });
  }

  private queue(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work);
    return this.turn;
  }

  private async begin(): Promise<void> {
    const found = await find(await wishes(), localSystem(this.directory));
    this.output.info(`nanlint ${found.version}, from ${found.origin}: ${found.program}`);
    const { client, hearing } = makeClient(found, this.directory, this.output);
    try {
      await client.start();
    } catch (error) {
      throw hearing.lastLine === "" ? error : new Error(hearing.lastLine);
    }
    this.client = client;
    this.running = found;
    this.status.running(found.version, found.origin);
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.status.running(found.version, found.origin);
      } else if (newState === State.Stopped && this.client === client) {
        this.status.failed("the server has ended; the output says why");
      }
    });
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.running = undefined;
    if (client?.needsStop() === true) {
      await client.stop().catch((error: unknown) => {
        this.output.error(`the server did not stop well: ${String(error)}`);
      });
    }
  }

  private fail(message: string): void {
    this.status.failed(message);
    this.output.error(message);
    void vscode.window.showErrorMessage(`nanlint: ${message}`, "Show Output", "Open Settings").then((answer) => {
      if (answer === "Show Output") {
        this.output.show();
      } else if (answer === "Open Settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "@ext:nanlint.nanlint");
      }
    });
  }
}

async function wishes(): Promise<{ path: string; interpreter: string; selected: string }> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const settings = vscode.workspace.getConfiguration("nanlint");
  const path = (name: string): string => expanded(settings.get(name), homedir(), folder?.fsPath);
  return { path: path("path"), interpreter: path("interpreter"), selected: await selectedInterpreter(folder) };
}
