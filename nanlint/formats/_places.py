"""Places as people read them and as other tools find them: paths, lines, cells of notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nanlint.findings import Place, Problem
from nanlint.reports import FileReport, Report
from nanlint.showing.terminal import one_line
from nanlint.text.lines import lines_of


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the file on disk: lines from 1; columns in code points, None for whole lines."""

    line: int
    column: int | None
    end_line: int
    end_column: int | None


def where(place: Place) -> str:
    """`train.py:7:3`, and in a notebook `nb.ipynb:cell 4:3:9`; safe on a terminal."""
    return f"{one_line(place.path)}:{within(place)}"


def within(place: Place) -> str:
    """`7:3`, `cell 4:3:9`: what `where` says behind the path."""
    cell = "" if place.cell is None else f"cell {place.cell}:"
    return f"{cell}{place.line}:{place.column}"


def same_text(place: Place, other: Place) -> bool:
    """Whether both count the lines of one text."""
    return (place.path, place.cell) == (other.path, other.cell)


def by_path(report: Report) -> Mapping[str, FileReport]:
    return {file.path: file for file in report.files}


def region(place: Place, file: FileReport | None) -> Region:
    """Where the place is in the file on disk, which in a notebook is a file of JSON."""
    if place.cell is None:
        return Region(place.line, place.column, place.end_line, place.end_column)
    cells = {cell.number: cell.json_lines for cell in file.cells} if file is not None else {}
    lines = cells.get(place.cell, ())
    if place.end_line > len(lines):
        return Region(1, None, 1, None)
    return Region(lines[place.line - 1], None, lines[place.end_line - 1], None)


def bytes_before(text: str, line: int, column: int) -> int:
    """How many bytes of UTF-8 stand on the line before the column."""
    start = lines_of(text).offset(line, 1)
    return len(text[start : start + column - 1].encode(errors="replace"))


def portable(path: str, root: str) -> str:
    """The path with slashes, relative to the root if it is in it."""
    found = Path(path)
    if root and found.is_absolute() and found.is_relative_to(root):
        found = found.relative_to(root)
    return found.as_posix()


def said_of_cell(place: Place | Problem) -> str:
    """`cell 4, line 3: `, for tools that know lines of files alone; nothing outside of notebooks."""
    return "" if place.cell is None else f"cell {place.cell}, line {place.line or 1}: "
