import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

import { find, NotFound, onPath, serverArguments, type System, type Wishes } from "../../src/launch.js";
import { expanded, serverSettings } from "../../src/settings.js";
import { localSystem } from "../../src/system.js";

const NOTHING: Wishes = { path: "", interpreter: "", selected: "" };
const root = mkdtempSync(path.join(tmpdir(), "nanlint-"));
after(() => {
  rmSync(root, { recursive: true });
});

/** A program that prints a text, or fails with it. */
function program(name: string, text: string, code = 0): string {
  const file = path.join(root, name);
  writeFileSync(file, `#!/bin/sh\necho '${text}' >&$((1 + (${code} > 0)))\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** This machine with another PATH. */
function system(...directories: string[]): System {
  return { ...localSystem(root), environment: { PATH: directories.join(path.delimiter) } };
}

test("the program that the user names is the one", async () => {
  const named = program("mine", "nanlint 1.2.3");
  const found = await find({ ...NOTHING, path: named, interpreter: "/no/python" }, system());
  assert.deepEqual(found, { program: named, prefix: [], origin: "the setting nanlint.path", version: "1.2.3" });
  assert.deepEqual(serverArguments(found), ["lsp"]);
});

test("the interpreter that the user names runs its module", async () => {
  const named = program("python-of-mine", "nanlint 1.2.3");
  const found = await find({ ...NOTHING, interpreter: named, selected: "/no/python" }, system());
  assert.equal(found.origin, "the setting nanlint.interpreter");
  assert.deepEqual(serverArguments(found), ["-m", "nanlint", "lsp"]);
});

test("what the user names is not replaced by something else", async () => {
  program("nanlint", "nanlint 9.9.9");
  const other = program("other", "flake8 7");
  const broken = program("broken", "No module named nanlint", 1);
  const here = system(root);
  await assert.rejects(find({ ...NOTHING, path: "/no/such/nanlint" }, here), /nanlint\.path: .*ENOENT/);
  await assert.rejects(find({ ...NOTHING, path: other }, here), /nanlint\.path: .*other is not nanlint/);
  await assert.rejects(find({ ...NOTHING, interpreter: broken }, here), /interpreter: No module named nanlint/);
});

test("the selected interpreter comes first, if it has nanlint, then PATH", async () => {
  const installed = program("nanlint", "nanlint 9.9.9");
  const broken = program("broken", "No module named nanlint", 1);
  const selected = program("selected", "nanlint 2.0.0");
  const first = await find({ ...NOTHING, selected }, system(root));
  assert.deepEqual([first.program, first.version], [selected, "2.0.0"]);
  const second = await find({ ...NOTHING, selected: broken }, system("/no/such", root));
  assert.deepEqual([second.program, second.origin, second.prefix], [installed, "PATH", []]);
});

test("an interpreter on PATH is the last resort", async () => {
  rmSync(path.join(root, "nanlint"), { force: true });
  program("python3", "No module named nanlint", 1);
  const python = program("python", "nanlint 3.0.0");
  const found = await find(NOTHING, system(root));
  assert.deepEqual([found.program, found.origin], [python, "python on PATH"]);
});

test("where there is none, the user is told what to install", async () => {
  await assert.rejects(find(NOTHING, system("/no/such")), (error: unknown) => {
    assert.ok(error instanceof NotFound);
    assert.match(error.message, /pip install "nanlint\[lsp\]"/);
    return true;
  });
});

test("PATH is searched as the system does", () => {
  const files = new Set(["C:\\Python\\nanlint.exe", "/opt/bin/nanlint"]);
  const common = { isProgram: (file: string) => files.has(file), output: localSystem(root).output };
  const windows: System = { ...common, platform: "win32", environment: { Path: "C:\\Windows;C:\\Python" } };
  const linux: System = { ...common, platform: "linux", environment: { Path: "/opt/bin", PATH: "relative:/opt/bin" } };
  assert.equal(onPath("nanlint", windows), "C:\\Python\\nanlint.exe");
  assert.equal(onPath("nanlint", linux), "/opt/bin/nanlint");
  assert.equal(onPath("python", linux), undefined);
});

test("the server is told what it knows, and nothing else", () => {
  const values: Record<string, unknown> = { enable: true, inlayHints: true, path: "/x", interpreter: "/y" };
  assert.deepEqual(serverSettings((name) => values[name]), { enable: true, inlayHints: true });
});

test("paths may name the home directory and the workspace folder", () => {
  assert.equal(expanded("~/bin/nanlint", "/home/me", undefined), "/home/me/bin/nanlint");
  assert.equal(expanded("~", "/home/me", undefined), "/home/me");
  assert.equal(expanded(" ~you/x ", "/home/me", undefined), "~you/x");
  assert.equal(expanded("${workspaceFolder}/.venv/bin/python", "/h", "/w$&"), "/w$&/.venv/bin/python");
  assert.equal(expanded(undefined, "/h", "/w"), "");
});
