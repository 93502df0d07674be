"""The snippets of the editors' guides, and what they are tried on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cli.tools import plain_environment

GUIDES = Path(__file__).parents[2] / "editors"
BUGGY = """\
import torch
import torch.nn.functional as F


def depth(logit):
    closeness = torch.sigmoid(logit)
    return -torch.log(closeness)


def loss(logits, target):
    return F.nll_loss(torch.log(torch.softmax(logits, dim=-1)), target)
"""
FIXES = ("F.logsigmoid(logit)", "torch.log_softmax(logits, dim=-1)")


def snippet(guide: str, heading: str) -> str:
    """The block of code below a heading of a guide."""
    text = (GUIDES / guide).read_text()
    _, found, section = text.partition(f"# {heading}\n")
    assert found, f"{guide} has no heading {heading!r}"
    block = re.search(r"^```\w+\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert block is not None
    return block[1]


def environment(home: Path) -> Mapping[str, str]:
    """One in which the snippets' `nanlint` is this one, and nobody's settings count."""
    programs = home / "programs"
    programs.mkdir()
    (programs / "nanlint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nanlint "$@"\n')
    (programs / "nanlint").chmod(0o755)
    kept = {name: value for name, value in plain_environment().items() if not name.startswith("XDG_")}
    return kept | {"HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
