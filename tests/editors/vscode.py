"""A real VS Code: its server, as code-server packs it, with a headless Chromium for its window."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.cli.tools import lay_out, plain_environment

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
SERVER = EXTENSION / ".vscode-server" / "node_modules" / "code-server" / "lib" / "vscode"
PATIENCE = 300.0  # seconds

# Stands for the Python extension, which comes from a marketplace only: says which interpreter is selected.
SELECTION = {
    "package.json": json.dumps(
        {
            "name": "python",
            "publisher": "ms-python",
            "version": "1.0.0",
            "engines": {"vscode": "^1.91.0"},
            "main": "main.js",
            "extensionKind": ["workspace"],
            "activationEvents": [],
        }
    ),
    "main.js": """\
const vscode = require("vscode");
exports.activate = () => ({
  environments: {
    getActiveEnvironmentPath: () => ({ path: process.env.NANLINT_SELECTED }),
    resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
    onDidChangeActiveEnvironmentPath: new vscode.EventEmitter().event,
  },
});
""",
}


def npm(*arguments: str | Path) -> str:
    """Runs npm in the extension's directory; what it prints on both streams."""
    ran = subprocess.run(
        ["npm", *map(str, arguments)],
        cwd=EXTENSION,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def package(target: Path) -> Path:
    """The packaged extension."""
    assert (EXTENSION / "node_modules").is_dir(), f"run `npm install` in {EXTENSION}"
    vsix = target / "nanlint.vsix"
    npm("run", "package", "--", "--out", vsix)
    return vsix


def try_inside(work: Path, vsix: Path, workspace: Path, settings: Mapping[str, object]) -> list[str]:
    """Installs the extension, opens the workspace and runs the tries of test/inside; the lines of their report."""
    assert SERVER.is_dir(), f"run `test/get-vscode.sh .vscode-server` in {EXTENSION}"
    report = work / "report"
    report.touch()
    lay_out(work / "python", SELECTION)
    (work / "user" / "User").mkdir(parents=True)
    (work / "user" / "User" / "settings.json").write_text(json.dumps(dict(settings)))
    _server(work, "--install-extension", str(vsix), report=report).wait(PATIENCE)
    with _serving(work, report) as address, _browsing(work, _page(work, address, workspace)):
        deadline = time.monotonic() + PATIENCE
        while not (text := report.read_text()).endswith("end\n"):
            assert time.monotonic() < deadline, text + (work / "log").read_text()
            time.sleep(0.2)
    return text.splitlines()[:-1]


def _page(work: Path, address: str, workspace: Path) -> str:
    places = {
        "extensionDevelopmentPath": work / "python",
        "extensionTestsPath": EXTENSION / "out" / "test" / "inside" / "index.js",
    }
    payload = [[name, f"vscode-remote://{address}{path}"] for name, path in places.items()]
    return f"http://{address}/?workspace={workspace}&payload={json.dumps(payload, separators=(',', ':'))}"


def _server(work: Path, *arguments: str, report: Path) -> subprocess.Popen[bytes]:
    directories = {"--user-data-dir": "user", "--server-data-dir": "server", "--extensions-dir": "extensions"}
    places = [part for option, name in directories.items() for part in (option, str(work / name))]
    nowhere = json.dumps({"serviceUrl": "http://127.0.0.1:9", "itemUrl": "http://127.0.0.1:9"})
    environment = plain_environment() | {
        "NANLINT_REPORT": str(report),
        "NANLINT_SELECTED": sys.executable,
        "HOME": str(work),
        "EXTENSIONS_GALLERY": nowhere,
    }
    with (work / "log").open("ab") as log:
        return subprocess.Popen(
            ["node", SERVER / "out" / "server-main.js", "--accept-server-license-terms", *places, *arguments],
            cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip


@contextmanager
def _serving(work: Path, report: Path) -> Iterator[str]:
    """The address of the server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--without-connection-token", "--telemetry-level", "off"]
    with _ended(_server(work, *options, report=report)):
        _wait_for(port, work / "log")
        yield f"127.0.0.1:{port}"


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@contextmanager
def _browsing(work: Path, page: str) -> Iterator[None]:
    program = shutil.which("chromium")
    assert program is not None, "chromium is not installed"
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    with (work / "browser").open("wb") as log:
        command = [program, *options, f"--user-data-dir={work / 'chromium'}", page]
        with _ended(subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(work)})):
            yield


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
