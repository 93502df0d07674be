// What the status bar's language menu says about the server.

import * as vscode from "vscode";

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor(selector: vscode.DocumentSelector) {
    this.item = vscode.languages.createLanguageStatusItem("nanlint", selector);
    this.item.name = "nanlint";
    this.item.command = { command: "nanlint.showOutput", title: "Show Output" };
  }

  starting(): void {
    this.show("nanlint", "starting", vscode.LanguageStatusSeverity.Information, true);
  }

  running(version: string, origin: string): void {
    this.show(`nanlint ${version}`, `from ${origin}`, vscode.LanguageStatusSeverity.Information, false);
  }

  failed(message: string): void {
    this.show("nanlint: not running", message, vscode.LanguageStatusSeverity.Error, false);
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = busy;
  }
}
