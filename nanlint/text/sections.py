"""The statements of a module as text, each generated once, and where nodes stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import libcst as cst
from libcst._nodes.internal import CodegenState


@dataclass(frozen=True, slots=True)
class Marks:
    """The nodes around a node, and the offsets at which it starts and ends, with its parentheses and without."""

    ancestors: tuple[cst.CSTNode, ...]
    outer_start: int
    outer_end: int
    start: int
    end: int


@dataclass(slots=True, eq=False)
class _Section:
    """A statement; `marks` are those of the nodes in it that were asked for, by `id`, from its beginning."""

    statement: cst.CSTNode
    indent: str
    newline: str
    text: str = ""
    marks: dict[int, Marks] = field(default_factory=dict)

    def read_for(self, wanted: set[int]) -> None:
        """Generates the text, and marks the wanted nodes that are in it."""
        state = _Recorder(self.indent, self.newline, wanted)
        self.statement._codegen(state)
        offsets = [0, *accumulate(map(len, state.tokens))]
        self.text = "".join(state.tokens)
        self.marks.update((key, mark.settled(offsets)) for key, mark in state.marks.items())


class Sections:
    """The statements of a file. While somebody edits it, most of them keep their trees: they keep their texts as well,
    and the places of the nodes that were asked for.
    """

    def __init__(self) -> None:
        self._layout: tuple[str, str] = "", ""
        self._known: dict[cst.CSTNode, _Section] = {}

    def of(self, module: cst.Module) -> Sequence[_Section]:
        """Those of the module's statements; others are forgotten."""
        layout = module.default_indent, module.default_newline
        known = self._known if layout == self._layout else {}
        self._known = {each: known.get(each) or _Section(each, *layout) for each in module.body}
        self._layout = layout
        return tuple(self._known.values())


def marked(module: cst.Module, wanted: set[int], kept: Sections) -> tuple[str, Mapping[int, Marks]]:
    """The text that the tree spells, and the marks of the wanted nodes in it."""
    layout = module.default_indent, module.default_newline
    sections = kept.of(module)
    missing = wanted.difference([id(module)], *(section.marks for section in sections))
    for section in sorted(sections, key=lambda section: bool(section.text)):  # what is new in new statements first
        if missing or not section.text:
            section.read_for(missing)
            missing -= section.marks.keys()
    texts = [_text(module.header, *layout), *(section.text for section in sections), _text(module.footer, *layout)]
    whole = "".join(texts) if module.has_trailing_newline else _without_newline("".join(texts))
    found = {id(module): Marks((), 0, len(whole), 0, len(whole))}
    for start, section in zip(accumulate(map(len, texts)), sections, strict=False):
        for key in wanted & section.marks.keys():
            found[key] = _moved(section.marks[key], start, len(whole), module)
    return whole, found


def _text(lines: Sequence[cst.CSTNode], indent: str, newline: str) -> str:
    state = CodegenState(indent, newline)
    for line in lines:
        line._codegen(state)
    return "".join(state.tokens)


def _without_newline(text: str) -> str:
    """LibCST ends the last line of every module, and takes that back where there was none."""
    return text[: -2 if text.endswith("\r\n") else -1]


def _moved(marks: Marks, by: int, end: int, module: cst.Module) -> Marks:
    """In the text of the module, which is `end` characters long."""
    offsets = (marks.outer_start, marks.outer_end, marks.start, marks.end)
    return Marks((module, *marks.ancestors), *(min(offset + by, end) for offset in offsets))


class _Mark:
    """Token numbers at which a node starts and ends; -1 for one that has no parentheses to leave out."""

    __slots__ = ("ancestors", "end", "outer_end", "outer_start", "start", "tokens")

    def __init__(self, state: _Recorder) -> None:
        self.tokens, self.ancestors = state.tokens, tuple(state.around)
        self.outer_start = len(self.tokens)
        self.outer_end = self.start = self.end = -1

    def __enter__(self) -> None:
        self.start = len(self.tokens)

    def __exit__(self, *_: object) -> None:
        self.end = len(self.tokens)

    def settled(self, offsets: Sequence[int]) -> Marks:
        outer = offsets[self.outer_start], offsets[self.outer_end]
        inner = outer if self.start < 0 else (offsets[self.start], offsets[self.end])
        return Marks(self.ancestors, *outer, *inner)


class _Nothing:
    __slots__ = ()

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


_NOTHING = _Nothing()


class _Recorder(CodegenState):
    """Generates code as usual and marks the wanted nodes (by id)."""

    def __init__(self, indent: str, newline: str, wanted: set[int]) -> None:
        super().__init__(indent, newline)
        self.wanted = wanted
        self.marks: dict[int, _Mark] = {}
        self.around: list[cst.CSTNode] = []

    def before_codegen(self, node: cst.CSTNode) -> None:
        if id(node) in self.wanted:
            self.marks[id(node)] = _Mark(self)
        self.around.append(node)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.around.pop()
        if id(node) in self.wanted:
            self.marks[id(node)].outer_end = len(self.tokens)

    def record_syntactic_position(  # type: ignore[override]  # a context manager that costs next to nothing
        self, node: cst.CSTNode, **_: cst.CSTNode | None
    ) -> _Mark | _Nothing:
        return self.marks[id(node)] if id(node) in self.wanted else _NOTHING
