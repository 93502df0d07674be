"""A notebook's cells, or a script with magics, as one module, and back from its text after edits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from nanlint.findings import Edit
from nanlint.notebooks.magics import free_names, mask, masks, unmask
from nanlint.text.lines import Cell, Lines

_NEWLINE = re.compile(r"\r\n|\r|\n")
_SEPARATED = re.compile(r"(?:\r\n|\r|\n){0,2}\Z")
_CELL_OF_SCRIPT = re.compile(r"^(?=#[ \t]*%%)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the text of a module was made from.

    magics: what stands behind the masks, in order, and `name`, with which every mask begins; numbers: of the cells,
    none for a script; mark: what tells the comments between cells from all others; json_lines: for each cell and line
    the line of the notebook's file; language: what the notebook is written in.
    """

    name: str = ""
    magics: tuple[str, ...] = ()
    mark: str = ""
    numbers: tuple[int, ...] = ()
    json_lines: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    language: str = "python"

    def written(self, text: str) -> str:
        """The module's text with its magics as they were written; every offset stays the same."""
        return unmask(text, self.name, self.magics)

    def sources(self, text: str) -> dict[int, str]:
        """The code of each cell, by number."""
        written = self.written(text)
        return {cell.number: written[cell.start : cell.end] for cell in self.cells(text)}

    def cells(self, text: str) -> tuple[Cell, ...]:
        """Where the cells stand in the module's text."""
        return tuple(self._cells(text)) if self.numbers else ()

    def _cells(self, text: str) -> Iterator[Cell]:
        lines = Lines(text)
        breaks = [match.span() for match in re.finditer(rf"#{self.mark}(?:{_NEWLINE.pattern})", text)]
        ends = [*(start for start, _ in breaks[1:]), len(text)]
        for number, (_, start), end in zip(self.numbers, breaks, ends, strict=True):
            separator = _SEPARATED.search(text, start, end)
            end = end if separator is None else separator.start()
            yield Cell(number, lines.line(start), start, end, self.json_lines.get(number, ()))

    def fitted(self, text: str, edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
        """The edits so that each stays within a cell; None if one cannot, or if it touches a magic."""
        cells = self.cells(text)
        found = tuple(_fitted(edit, cells, text) if cells else edit for edit in edits)
        kept = tuple(edit for edit in found if edit is not None)
        masked = list(masks(text, self.name, self.magics))
        overlap = any(after.start < before.end for before, after in pairwise(kept))
        return kept if len(kept) == len(found) and not overlap and all(_spares(edit, masked) for edit in kept) else None


def join(cells: Iterable[tuple[int, str]]) -> tuple[str, Origin]:
    """The module that cells (number and code) make when they are run in order.

    Every cell stands between a comment line and a blank one, so that what is inserted at its end is told from what is
    inserted at the beginning of the next.
    """
    numbered = list(cells)
    whole = "\n".join(code for _, code in numbered)
    name, mark = islice(free_names(whole), 2)
    newline = _first_newline(whole)
    masked = [mask(code, name) for _, code in numbered]
    text = "".join(f"#{mark}{newline}{code}{newline}{newline}" for code, _ in masked)
    magics = tuple(magic for _, hidden in masked for magic in hidden)
    return text, Origin(name, magics, mark, tuple(number for number, _ in numbered))


def from_script(text: str) -> tuple[str, Origin] | None:
    """The module that a script with `# %%` cells makes, if there are magics in it; None for any other text."""
    parts = _CELL_OF_SCRIPT.split(text)
    if len(parts) == 1:
        return None
    name = next(free_names(text))
    masked = [mask(part, name) for part in parts]
    magics = tuple(magic for _, hidden in masked for magic in hidden)
    return ("".join(part for part, _ in masked), Origin(name, magics)) if magics else None


def _first_newline(text: str) -> str:
    found = _NEWLINE.search(text)
    return "\n" if found is None else found[0]


def _fitted(edit: Edit, cells: Sequence[Cell], text: str) -> Edit | None:
    """The edit within its cell: the last line of a cell has no end, as the last line of a file should have."""
    cell = next((cell for cell in reversed(cells) if cell.start <= edit.start), cells[0])
    newline = _first_newline(text)
    line_end = cell.end + len(newline)
    if cell.start <= edit.start and edit.end <= cell.end:
        return edit
    if edit.end != line_end or not cell.start <= edit.start or (edit.text and not edit.text.endswith(newline)):
        return None
    if edit.start == line_end:
        return Edit(cell.end, cell.end, newline + edit.text.removesuffix(newline))
    start = edit.start if edit.text else _line_end_before(text, edit.start, cell.start)
    return Edit(start, cell.end, edit.text.removesuffix(newline))


def _line_end_before(text: str, start: int, limit: int) -> int:
    """Where the end of the line above begins; `start` if no line of the cell is above."""
    above = re.search(rf"(?:{_NEWLINE.pattern})\Z", text[limit:start])
    return start if above is None else limit + above.start()


def _spares(edit: Edit, masked: Iterable[tuple[int, int]]) -> bool:
    """Right before a magic may be inserted, right behind it only a new line."""
    return not any(
        (edit.start < end and start < edit.end) or (edit.start == edit.end == end and edit.text[:1] not in ("\r", "\n"))
        for start, end in masked
    )
