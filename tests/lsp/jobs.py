"""Jobs that behave badly."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from nanlint.lsp.desk import Desk


@dataclass(frozen=True, slots=True)
class Spin:
    """Computes for ever; can be interrupted."""

    def run(self, _: Desk) -> None:
        while True:
            pass


@dataclass(frozen=True, slots=True)
class Hang:
    """Is in the hands of the system, where no interruption reaches it."""

    def run(self, _: Desk) -> None:
        time.sleep(1000)


@dataclass(frozen=True, slots=True)
class Break:
    def run(self, _: Desk) -> None:
        raise RuntimeError("broken")


@dataclass(frozen=True, slots=True)
class Say:
    """Its process and a word."""

    word: str

    def run(self, _: Desk) -> tuple[int, str]:
        return os.getpid(), self.word
