"""Notebooks made by the library that Jupyter writes them with, and judged by it."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PROSE = "# A title"


def content(*cells: str, language: str = "python") -> str:
    """The JSON of a notebook; a cell that begins like a title is prose."""
    made = [new_markdown_cell(cell) if cell == PROSE else new_code_cell(cell) for cell in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    information = {"language_info": {"name": language}, "kernelspec": {"name": "k", "display_name": "K"}}
    return str(nbformat.writes(new_notebook(cells=made, metadata=information))) + "\n"


def save(path: Path, *cells: str, language: str = "python") -> Path:
    """Writes a notebook."""
    path.write_text(content(*cells, language=language), encoding="utf-8", newline="")
    return path


def sources(path: Path) -> list[str]:
    """The sources of the cells of a notebook that Jupyter can open."""
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    return [cell.source for cell in book.cells]
