"""Ten thousand random edits of an open file: the server's memory stays flat, nothing fails, and at the end it shows
what a fresh lint of the text finds.

    python benchmarks/soak.py [--edits 10000] [--lines 300]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from editor import Editor
from latency import EXAMPLES

from nanlint import lint_source

WAIT_EVERY = 25  # edits, after which the diagnostics are waited for
GROWTH = 1.25  # of the memory, from the first tenth of the edits to the end
PIECES = ("x", " ", "\n", "(", ")", "    ", "torch.log(p)", "# word\n", "'", "é𝒳", "return 0\n", ":", "1e-8", ",")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        return _soak(Path(directory), options.edits, options.lines)


def _soak(root: Path, edits: int, lines: int) -> int:
    dice = random.Random(11)
    original = _script(lines)
    path, text = root / "script.py", original
    sizes: list[int] = []
    begun = time.monotonic()
    with Editor([sys.executable, "-m", "nanlint", "lsp"], root) as editor:
        editor.open(path, text)
        editor.diagnostics(path)
        for number in range(1, edits + 1):
            start, end, new = _random_edit(dice, text, original)
            editor.edit(path, _position(text, start), _position(text, end), new)
            text = text[:start] + new + text[end:]
            if number % WAIT_EVERY == 0:
                _, shown = editor.diagnostics(path)
                editor.complaints += [str(one) for one in shown if "internal error" in str(one)]
                sizes.append(sum(map(_memory, editor.family())))
            if number % 1000 == 0:
                print(f"{number} edits, {time.monotonic() - begun:.0f} s, {sizes[-1] / 1e6:.0f} MB", flush=True)
        editor.edit(path, (0, 0), (text.count("\n") + 1, 0), original + "\nlast = 1\n")
        _, shown = editor.diagnostics(path)
        complaints = editor.complaints
    return _judged(original + "\nlast = 1\n", shown, sizes, complaints)


def _judged(text: str, shown: list[object], sizes: list[int], complaints: list[str]) -> int:
    """The exit code."""
    expected = [(finding.place.line - 1, finding.code) for finding in lint_source(text, "script.py").findings]
    found = [(one["range"]["start"]["line"], one["code"]) for one in shown if isinstance(one, dict)]
    early, late = max(sizes[: max(len(sizes) // 10, 1)]), max(sizes[-max(len(sizes) // 10, 1) :])
    print(f"memory {early / 1e6:.0f} MB in the first tenth, {late / 1e6:.0f} MB in the last")
    print(f"complaints: {complaints or 'none'}")
    equal = sorted(found) == sorted(expected)
    print(f"diagnostics at the end: {len(found)}, {'equal to' if equal else 'NOT those of'} a fresh lint")
    return int(bool(complaints) or late > early * GROWTH or not equal)


def _random_edit(dice: random.Random, text: str, original: str) -> tuple[int, int, str]:
    """Start, end and new text: mostly small ones; now and then the original, so that the text stays a program."""
    if dice.random() < 0.05:
        return 0, len(text), original
    start = dice.randrange(len(text) + 1)
    if dice.random() < 0.4:
        return start, min(len(text), start + dice.randrange(1, 12)), ""
    return start, start, dice.choice(PIECES)


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and UTF-16 column."""
    line = text.count("\n", 0, offset)
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line, len(before.encode("utf-16-le")) // 2


def _script(lines: int) -> str:
    text = ""
    for path in sorted(EXAMPLES.rglob("*.py")):
        if text.count("\n") < lines:
            text += path.read_text(encoding="utf-8").rstrip("\n") + "\n\n\n"
    return text


def _memory(process: int) -> int:
    """Bytes that are resident."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1]) * 4096


if __name__ == "__main__":
    sys.exit(main())
