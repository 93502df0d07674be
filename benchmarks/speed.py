"""Whole-process time of nanlint beside Fixit, another linter on LibCST, on the same file in the same run.

    pip install . fixit && python benchmarks/speed.py [--lines 1000] [--runs 7]

The file is made of the example scripts, repeated up to the wanted number of lines. The two commands take turns; printed
are the median seconds of each, the median of the ratios of neighbouring runs, and where nanlint's time goes.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable, Sequence
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "tests" / "examples"


def script(lines: int) -> str:
    """The example scripts one after the other, whole ones, until there are that many lines."""
    text = ""
    for source in itertools.cycle(sorted(EXAMPLES.rglob("*.py"))):
        text += source.read_text(encoding="utf-8") + "\n"
        if text.count("\n") >= lines:
            break
    return text


def seconds(command: Sequence[str]) -> float:
    """Wall-clock seconds of a command that may report findings (exit code 1) but must not fail."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-300:]}")
    return elapsed


def stages(path: Path) -> dict[str, float]:
    """Milliseconds of nanlint's stages inside one process, imports done: the best of five."""
    import libcst as cst

    from nanlint.api import lint_source
    from nanlint.interp import interpret

    text = path.read_text(encoding="utf-8")
    module = cst.parse_module(text)
    parts: dict[str, Callable[[], object]] = {
        "LibCST parse": lambda: cst.parse_module(text),
        "interpretation": lambda: interpret(module, text),
        "lint_source as a whole": lambda: lint_source(text),
    }
    return {name: 1000 * min(timeit.repeat(part, number=1, repeat=5)) for name, part in parts.items()}


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--lines", type=int, default=1000)
    cli.add_argument("--runs", type=int, default=7)
    args = cli.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(script(args.lines), encoding="utf-8")
        lines = path.read_text(encoding="utf-8").count("\n")
        ours = [sys.executable, "-m", "nanlint", "--output-format", "concise", str(path)]
        peer = [sys.executable, "-m", "fixit", "lint", str(path)]
        start = [sys.executable, "-m", "nanlint", "--version"]
        rows = [(seconds(start), seconds(ours), seconds(peer)) for _ in range(args.runs)]
        print(f"{lines} lines, {args.runs} runs, medians of whole processes")
        for name, column in zip(("nanlint --version", "nanlint", "fixit lint"), zip(*rows, strict=True), strict=True):
            print(f"  {name:24} {statistics.median(column):7.3f} s")
        ratio = statistics.median(row[1] / row[2] for row in rows)
        print(f"  {'nanlint / fixit lint':24} {ratio:7.2f}")
        for name, milliseconds in stages(path).items():
            print(f"  {name:24} {milliseconds:7.0f} ms")


if __name__ == "__main__":
    main()
