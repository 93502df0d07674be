"""How long after an edit the diagnostics come: nanlint beside `ruff server` and `fixit lsp`, on 1,000-line files.

    python benchmarks/latency.py [--edits 40] [--server nanlint,ruff,fixit] [FILES]

Without files, it makes three scripts of some 1,000 lines each from the example scripts of the tests that use PyTorch
or NumPy: as much numerics in each line as there is anywhere. Two measures:
*edit*, one line of code put somewhere or taken out again after a pause; *typing*, twelve characters at 80 ms each,
from the last of them. Each server runs as it comes; fixit also without its own delay of half a second.

Other work on the machine changes these times; what an edit costs in seconds of the processor stands behind them.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from editor import Editor

EXAMPLES = Path(__file__).parents[1] / "tests" / "examples"
LINES = 1000
SERVERS = {
    "nanlint": [sys.executable, "-m", "nanlint", "lsp"],
    "ruff": ["ruff", "server"],
    "fixit": ["fixit", "lsp"],
    "fixit at once": ["fixit", "lsp", "--debounce-interval", "0"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--edits", type=int, default=40, help="per file (default 40)")
    parser.add_argument("--server", default=",".join(SERVERS), help="names, with commas")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        files = [shutil.copy(path, root / path.name) for path in options.files] or list(_scripts(root))
        for name in options.server.split(","):
            command = SERVERS[name]
            if shutil.which(command[0]) is None:
                print(f"{name:16} not installed")
                continue
            _measure(name, command, root, [Path(path) for path in files], options.edits)


def _measure(name: str, command: Sequence[str], root: Path, files: Sequence[Path], edits: int) -> None:
    edited: list[float] = []
    typed: list[float] = []
    spent = 0.0
    for path in files:
        with Editor(command, root) as editor:
            text = path.read_text(encoding="utf-8")
            editor.open(path, text)
            editor.diagnostics(path)
            time.sleep(1.0)
            own, cpu = zip(*_edits(editor, path, text, edits), strict=True)
            edited += own
            spent += sum(cpu)
            typed += _typing(editor, path, text, edits // 4)
        print(f"{name:16} {path.name:28} {_line(own)}   CPU {statistics.fmean(cpu) * 1000:5.0f} ms", flush=True)
    print(f"{name:16} {'all, an edit':28} {_line(edited)}   CPU {spent / len(edited) * 1000:5.0f} ms")
    print(f"{name:16} {'all, typing':28} {_line(typed)}", flush=True)


def _edits(editor: Editor, path: Path, text: str, number: int) -> Iterator[tuple[float, float]]:
    """A statement is put before a line of code and taken out again, in turn; how long each took, and what CPU."""
    dice = random.Random(7)
    lines = text.split("\n")
    places = [index for index in range(1, len(lines)) if _begins_statement(lines, index)]
    for count in range(number // 2):
        line = dice.choice(places)
        indentation = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
        for start, end, new in [
            ((line, 0), (line, 0), f"{indentation}edit_{count} = {count}\n"),
            ((line, 0), (line + 1, 0), ""),
        ]:
            time.sleep(dice.uniform(0.3, 0.8))
            used = editor.cpu()
            sent = editor.edit(path, start, end, new)
            yield editor.diagnostics(path)[0] - sent, editor.cpu() - used


def _begins_statement(lines: Sequence[str], index: int) -> bool:
    """A plain statement, and before it another at the same depth: nothing there is inside brackets or a string."""
    words = ("return ", "loss", "self.", "x = ", "for ", "if ", "print(", "optimizer")
    line, before = lines[index], lines[index - 1]
    depth = len(line) - len(line.lstrip())
    return (
        line.lstrip().startswith(words)
        and before.rstrip()[-1:] not in ("", ",", "(", "[", "\\")
        and (len(before) - len(before.lstrip()) == depth or before.rstrip().endswith(":"))
    )


def _typing(editor: Editor, path: Path, text: str, number: int) -> Iterator[float]:
    """A name is typed at the end of the file, and taken away."""
    line = text.count("\n")
    for _ in range(number):
        time.sleep(0.5)
        sent = 0.0
        for column, character in enumerate("value_of_it_"):
            sent = editor.edit(path, (line, column), (line, column), character)
            time.sleep(0.08)
        yield max(0.0, editor.diagnostics(path)[0] - sent)
        editor.edit(path, (line, 0), (line, 12), "")
        editor.diagnostics(path)


def _scripts(root: Path) -> Iterator[Path]:
    """Scripts of some 1,000 lines: the examples one after the other, each time beginning with another."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.rglob("*.py"))]
    texts = [text for text in texts if "tensorflow" not in text and "keras" not in text]
    for number in range(3):
        order = texts[number * 5 :] + texts[: number * 5]
        whole = ""
        for text in order:
            if whole.count("\n") + text.count("\n") <= LINES:
                whole += text.rstrip("\n") + "\n\n\n"
        path = root / f"script_{number}.py"
        path.write_text(whole.rstrip("\n") + "\n", encoding="utf-8")
        yield path


def _line(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"median {statistics.median(ordered) * 1000:5.0f} ms   p95 {p95 * 1000:5.0f} ms   n {len(ordered)}"


if __name__ == "__main__":
    main()
