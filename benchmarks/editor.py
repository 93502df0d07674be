"""A minimal language client: starts a server on its standard streams, sends edits, waits for diagnostics."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

Message = dict[str, object]
TIMEOUT = 120.0
CAPABILITIES = {
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
    },
    "workspace": {"workspaceFolders": True},
}


class Editor:
    """One server with one client, which has no opinion on what it is told."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        self.root = root
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("SHOW_STDERR") else subprocess.DEVNULL,
            cwd=root,
        )
        self.received: queue.SimpleQueue[tuple[float, Message]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._numbers = 0
        self.complaints: list[str] = []
        self.versions: dict[str, int] = {}

    def __enter__(self) -> Editor:
        folder = {"uri": self.root.as_uri(), "name": self.root.name}
        self.request(
            "initialize",
            {"processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder], "capabilities": CAPABILITIES},
        )
        self.notify("initialized", {})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.request("shutdown", None)
            self.notify("exit", None)
            self._process.wait(10)
        self._process.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    def family(self) -> Iterator[int]:
        """The server's process and those that it has started."""
        yield self.pid
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        yield from map(int, path.read_text(encoding="utf-8").split())

    def cpu(self) -> float:
        """Seconds of the processor that the family has used: other work on the machine hardly changes them."""
        stats = (Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2] for each in self.family())
        times = (stat.split()[11:13] for stat in stats)  # in user mode, in the kernel
        return sum(int(user) + int(system) for user, system in times) / os.sysconf("SC_CLK_TCK")

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def request(self, method: str, params: object) -> object:
        """The result. Raises RuntimeError if the server answers with an error."""
        self._numbers += 1
        number = self._numbers
        self._send({"id": number, "method": method, "params": params})
        deadline = time.monotonic() + TIMEOUT
        while True:
            _, message = self.received.get(timeout=deadline - time.monotonic())
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(str(message["error"]))
                return message.get("result")
            self._answer(message)

    def open(self, path: Path, text: str) -> None:
        self.versions[path.as_uri()] = 1
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def edit(self, path: Path, start: tuple[int, int], end: tuple[int, int], text: str) -> float:
        """Replaces a stretch; when it was sent."""
        uri = path.as_uri()
        self.versions[uri] += 1
        positions = [{"line": line, "character": character} for line, character in (start, end)]
        change = {"range": {"start": positions[0], "end": positions[1]}, "text": text}
        sent = time.perf_counter()
        identifier = {"uri": uri, "version": self.versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        return sent

    def diagnostics(self, path: Path) -> tuple[float, list[object]]:
        """When the diagnostics of the newest version came, and they. A server that names no version is believed."""
        uri = path.as_uri()
        deadline = time.monotonic() + TIMEOUT
        while True:
            at, message = self.received.get(timeout=deadline - time.monotonic())
            params = message.get("params")
            if message.get("method") == "textDocument/publishDiagnostics" and isinstance(params, dict):
                if params["uri"] == uri and params.get("version") in (None, self.versions[uri]):
                    return at, params["diagnostics"]
            else:
                self._answer(message)

    def _answer(self, message: Message) -> None:
        """A request of the server's gets an empty answer; what it tells the user is kept."""
        params = message.get("params")
        if message.get("method") == "window/showMessage" and isinstance(params, dict):
            self.complaints.append(str(params["message"]))
        if "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = stream.readline()
            body = stream.read(length)
            self.received.put((time.perf_counter(), json.loads(body)))
