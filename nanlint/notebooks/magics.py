"""IPython's magics, shell lines and questions, masked so that what is left is Python and nothing else moves.

A masked stretch has its length and its line ends; it begins with a name that the text does not hold otherwise, so that
it can be found again after edits elsewhere, and is a statement or a value that nobody knows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from nanlint.text.lexer import STRING

PYTHON_CELLS = frozenset(
    {"capture", "debug", "ipytest", "memit", "prun", "pyinstrument", "pypy", "python", "python3", "snakeviz"}
    | {"time", "timeit", "wandb"}
)
"""Cell magics whose body is Python."""

_AUTOMAGIC = frozenset(
    {
        "alias", "autoreload", "bookmark", "cat", "cd", "conda", "config", "cp", "debug", "dhist", "edit", "env",
        "history", "ldir", "less", "ll", "load", "load_ext", "ls", "lsmagic", "mamba", "man", "matplotlib", "mkdir",
        "more", "mv", "notebook", "pastebin", "pinfo", "pip", "popd", "psearch", "psource", "pushd", "pwd", "pycat",
        "pylab", "recall", "reload_ext", "reset", "rm", "rmdir", "run", "save", "set_env", "store", "sx", "system",
        "time", "timeit", "uv", "who", "whos", "xmode",
    }
)  # fmt: skip
"""Line magics that IPython takes without their percent sign."""

_CLICKS = range(0x1C3, 0x1BF, -1)  # letters that look like punctuation, and can be names
_RARE = range(0x20000, 0x2A6E0)  # more letters than a text can use up
_NEWLINE = r"\r\n|\r|\n"
_BLANK = re.compile(r"[ \t\f]*")
_ESCAPED = re.compile(r"[%!?,;/]")
_CELL_MAGIC = re.compile(r"%%([^\s%]\S*)")
_TIMED = re.compile(r"%time[ \t]+(?=\S)")
_WORDS = re.compile(r"(\w+)[ \t]+(\S.*)")
_ARGUMENT = re.compile(r"--?[A-Za-z]|/\w|\.\.?(?:/|\s|$)|[~\"'\w$]|\*\.")
_OPERATOR = re.compile(r"(?:and|as|for|if|in|is|not|or)\b")
_LINE_END = re.compile(_NEWLINE)
_REST = re.compile(rf"(?:[^\r\n]*\\(?:{_NEWLINE}))*[^\r\n]*")
_TOKEN = re.compile(
    rf"{STRING}|\#[^\r\n]*|\\(?:{_NEWLINE})|(?P<newline>{_NEWLINE})|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    r"|(?P<assigned>(?<![=!<>:+\-*/%&|^@~])=[ \t]*(?=[%!]))|(?P<help>\?+)(?=[ \t]*(?:\r|\n|\Z))|[^\W\d]\w*|[ \t]+|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Magic:
    """A stretch of a text; `joined` if a statement follows it on its line."""

    start: int
    end: int
    joined: bool = False

    def mask(self, text: str, name: str) -> str:
        blank = name + re.sub(r"[^\r\n]", " ", text[self.start + 1 : self.end])
        return blank[:-1] + ";" if self.joined else blank


def free_names(text: str) -> Iterator[str]:
    """Names of one character that the text does not hold."""
    return (name for name in map(chr, chain(_CLICKS, _RARE)) if name not in text)


def mask(text: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The text with every magic masked by `name`, and the magics in order."""
    parts: list[str] = []
    magics: list[str] = []
    position = 0
    for magic in _magics(text):
        parts += text[position : magic.start], magic.mask(text, name)
        magics.append(text[magic.start : magic.end])
        position = magic.end
    return "".join([*parts, text[position:]]), tuple(magics)


def unmask(text: str, name: str, magics: Sequence[str]) -> str:
    """A masked text, edited where it is not masked, with its magics as they were."""
    first, *others = text.split(name) if magics else [text]
    return "".join([first, *(magic + other[len(magic) - 1 :] for magic, other in zip(magics, others, strict=True))])


def masks(text: str, name: str, magics: Iterable[str]) -> Iterator[tuple[int, int]]:
    """First offset and end of every mask in a masked text."""
    end = 0
    for magic in magics:
        start = text.index(name, end)
        end = start + len(magic)
        yield start, end


def _magics(text: str) -> Iterator[_Magic]:
    """Every magic, in order."""
    position = 0
    while position < len(text):
        start = _end(_BLANK, text, position)
        timed = _timed(text, start)
        if timed is not None:
            yield _Magic(start, timed, joined=True)
        elif _ESCAPED.match(text, start) or _is_automagic(text, start):
            end = len(text) if _takes_all(text, start) else _rest(text, start)
            yield _Magic(start, end)
            position = _end(_LINE_END, text, end)
            continue
        magic, position = _in_statement(text, start if timed is None else timed)
        if magic is not None:
            yield magic


def _in_statement(text: str, start: int) -> tuple[_Magic | None, int]:
    """The magic in a statement that begins with none (`x = !ls`, `x?`), and where the next statement's line begins."""
    depth, asked, position = 0, False, start
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None, "some alternative takes any character"
        position = token.end()
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "help" if depth <= 0:
                asked = True
            case "assigned" if depth <= 0:
                end = _rest(text, position)
                return _Magic(position, end), _end(_LINE_END, text, end)
            case "newline" if depth <= 0:
                return (_Magic(start, token.start()) if asked else None), position
    return (_Magic(start, position) if asked else None), position


def _takes_all(text: str, start: int) -> bool:
    """Whether a cell magic begins here that does something else with the rest of the cell than to run it."""
    magic = _CELL_MAGIC.match(text, start)
    return magic is not None and magic[1] not in PYTHON_CELLS


def _timed(text: str, start: int) -> int | None:
    """Where the statement behind `%time` begins, if it is one that may stand behind a semicolon."""
    timed = _TIMED.match(text, start)
    if timed is None:
        return None
    try:
        ast.parse("0;" + text[timed.end() : _rest(text, start)])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return timed.end()


def _is_automagic(text: str, start: int) -> bool:
    """`pip install x`, `cd ..`: a magic's name, and behind it what cannot go on an expression."""
    words = _WORDS.match(text, start)
    if words is None or words[1] not in _AUTOMAGIC:
        return False
    return _ARGUMENT.match(words[2]) is not None and _OPERATOR.match(words[2]) is None


def _rest(text: str, start: int) -> int:
    """The end of the line, or of the last one that a backslash adds."""
    return _end(_REST, text, start)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where the pattern's match ends; `position` if there is none."""
    found = pattern.match(text, position)
    return position if found is None else found.end()
