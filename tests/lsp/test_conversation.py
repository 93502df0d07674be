"""The rules of the conversation, with a client that breaks them; no process is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.tools import nanlint, plain_environment
from tests.lsp.test_diagnostics import BUGGY

Message = dict[str, object]


class Rough:
    """A client that says what it is told to, byte by byte."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        assert process.stdin is not None and process.stdout is not None
        self.stdin, self.stdout = process.stdin, process.stdout

    def raw(self, body: bytes) -> None:
        self.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.stdin.flush()

    def say(self, method: str, params: object = None, number: int | None = None) -> None:
        message: Message = {"jsonrpc": "2.0", "method": method, "params": params}
        self.raw(json.dumps(message if number is None else message | {"id": number}).encode())

    def hear(self) -> Message:
        """The next message that is no log message."""
        while True:
            length = 0
            while line := self.stdout.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            message: Message = json.loads(self.stdout.read(length))
            if message.get("method") != "window/logMessage":
                return message

    def answer(self, number: int) -> Message:
        while (message := self.hear()).get("id") != number:
            pass
        return message

    def error(self, number: int | None = None) -> object:
        """The code of the next error."""
        while "error" not in (message := self.hear()):
            pass
        assert message["id"] == number
        error = message["error"]
        assert isinstance(error, dict)
        return error["code"]

    def initialize(self, **more: object) -> Message:
        self.say("initialize", {"processId": None, "rootUri": None, "capabilities": {}, **more}, 1)
        answer = self.answer(1)
        self.say("initialized", {})
        return answer

    def open(self, text: str = BUGGY) -> Message:
        document = {"uri": "untitled:x", "languageId": "python", "version": 1, "text": text}
        self.say("textDocument/didOpen", {"textDocument": document})
        while (message := self.hear()).get("method") != "textDocument/publishDiagnostics":
            pass
        return message


@contextmanager
def server(tmp_path: Path, *options: str) -> Iterator[Rough]:
    process = subprocess.Popen(
        [sys.executable, "-m", "nanlint", "lsp", *options],
        cwd=tmp_path, env=plain_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Rough(process)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def workers(process: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in found]


def gone(process: int) -> bool:
    """Waits up to ten seconds for a process to end."""
    for _ in range(100):
        status = Path(f"/proc/{process}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_every_broken_message_gets_its_error_and_the_server_goes_on(tmp_path: Path) -> None:
    with server(tmp_path) as client:
        client.say("textDocument/hover", {}, 5)
        assert client.error(5) == -32002
        client.raw(b"{broken")
        assert client.error() == -32700
        client.raw(b"[]")
        assert client.error() == -32600
        client.stdin.write(b"X-Nothing: here\r\n\r\n")
        client.initialize()
        client.say("nanlint/unheardOf", {}, 6)
        assert client.error(6) == -32601
        client.say("textDocument/hover", {"textDocument": 3}, 7)
        assert client.error(7) == -32602
        client.say("initialize", {"capabilities": {}}, 8)
        assert client.error(8) == -32600
        client.say("nanlint/unheardOf", {})
        client.say("textDocument/didChange", {"nothing": "of it"})
        edit = {"textDocument": {"uri": "file:///not/open.py", "version": 2}, "contentChanges": [{"text": ""}]}
        client.say("textDocument/didChange", edit)
        client.say("$/cancelRequest", {"id": 99})
        params = client.open()["params"]
        assert isinstance(params, dict) and len(params["diagnostics"]) == 1
        client.say("shutdown", None, 9)
        assert client.answer(9)["result"] is None
        client.say("textDocument/hover", {}, 10)
        assert client.error(10) == -32600
        client.say("exit")
        assert client.process.wait(20) == 0


def test_a_request_that_is_cancelled_says_so_and_the_next_is_answered(tmp_path: Path) -> None:
    with server(tmp_path) as client:
        client.initialize()
        document = {"uri": "untitled:x", "languageId": "python", "version": 1, "text": BUGGY}
        client.say("textDocument/didOpen", {"textDocument": document})
        hover = {"textDocument": {"uri": "untitled:x"}, "position": {"line": 5, "character": 14}}
        client.say("textDocument/hover", hover, 2)
        client.say("$/cancelRequest", {"id": 2})
        assert client.error(2) == -32800
        client.say("textDocument/hover", hover, 3)
        assert "NAN201" in str(client.answer(3)["result"])


@pytest.mark.parametrize("ending", ["exit", "end of stream"])
def test_an_end_without_a_shutdown_is_a_failure_and_leaves_nobody_behind(tmp_path: Path, ending: str) -> None:
    with server(tmp_path) as client:
        client.initialize()
        client.open()
        (worker,) = workers(client.process.pid)
        if ending == "exit":
            client.say("exit")
        else:
            client.stdin.close()
        assert client.process.wait(20) == 1
        assert gone(worker)


def test_the_worker_of_a_killed_server_ends(tmp_path: Path) -> None:
    with server(tmp_path) as client:
        client.initialize()
        client.open()
        (worker,) = workers(client.process.pid)
        client.process.kill()
        assert gone(worker)


def test_the_server_of_a_dead_editor_ends(tmp_path: Path) -> None:
    """The streams stay open, as they do when another process has inherited them."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as one, server(tmp_path) as client:
        client.initialize(processId=one.pid)
        client.open()
        one.kill()
        one.wait()
        assert client.process.wait(20) == 1


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with server(tmp_path) as client:
        client.initialize()
        client.open()
        (worker,) = workers(client.process.pid)
        os.kill(worker, signal.SIGKILL)
        assert gone(worker)
        for version in (2, 3):
            edit = {"textDocument": {"uri": "untitled:x", "version": version}, "contentChanges": [{"text": BUGGY}]}
            client.say("textDocument/didChange", edit)
            while (message := client.hear()).get("method") != "textDocument/publishDiagnostics":
                pass
        params = message["params"]
        assert isinstance(params, dict) and [one["code"] for one in params["diagnostics"]] == ["NAN201"]


def test_tcp_and_pipe(tmp_path: Path) -> None:
    with server(tmp_path, "--tcp", "127.0.0.1:0") as client:
        assert client.process.stderr is not None
        told = client.process.stderr.readline().decode().strip()
        host, _, port = told.removeprefix("nanlint: listening on ").rpartition(":")
        with socket.create_connection((host, int(port))) as connection:
            assert spoken(connection) == "nanlint"
        assert client.process.wait(20) == 0
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        with server(tmp_path, "--pipe", str(path)) as client:
            connection, _ = listening.accept()
            with connection:
                assert spoken(connection) == "nanlint"
            assert client.process.wait(20) == 0


def spoken(connection: socket.socket) -> object:
    """The name of the server, after a whole conversation."""
    with connection.makefile("rwb") as stream:
        answers: list[Message] = []
        said: list[tuple[str, Message | None]] = [("initialize", {"capabilities": {}}), ("shutdown", None)]
        for number, (method, params) in enumerate(said):
            body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()
            stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            stream.flush()
            length = 0
            while line := stream.readline().strip():
                length = int(line.partition(b":")[2]) if line.startswith(b"Content-Length") else length
            answers.append(json.loads(stream.read(length)))
        body = b'{"jsonrpc": "2.0", "method": "exit"}'
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    result = answers[0]["result"]
    assert isinstance(result, dict)
    return result["serverInfo"]["name"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tcp", "nowhere"), "--tcp wants HOST:PORT, such as 127.0.0.1:2087, not 'nowhere'"),
        (("--pipe", "missing"), "cannot serve at missing: No such file or directory"),
        (("--tcp", "127.0.0.1:0", "--pipe", "x"), "--tcp and --pipe exclude each other"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ran = nanlint("lsp", *options, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"nanlint: error: {said}\n" or ran.stderr == f"error: {said}\n"


def test_a_missing_pygls_is_one_line(tmp_path: Path) -> None:
    """A finder in `sitecustomize` hides the package, as if it were not installed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n\n\nclass Hidden:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'pygls':\n            raise ModuleNotFoundError(name=name)\n\n\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    path = f"{tmp_path}{os.pathsep}{plain_environment()['PYTHONPATH']}"
    ran = nanlint("lsp", cwd=tmp_path, environment={"PYTHONPATH": path})
    assert ran.returncode == 2
    assert ran.stderr.strip().endswith('the language server needs pygls 2: pip install "nanlint[lsp]"')
    assert ran.stderr.count("\n") == 1
