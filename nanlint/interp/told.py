"""What the user, or the rest of the program, tells of the code that is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """safe_functions: names of functions, or the ends of their dotted names, whose results are away from every pole.

    aliases: dotted names of things that stand for a framework's, and which. double: new arrays are of float64.
    """

    safe_functions: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    double: bool = False

    def meant(self, name: str) -> str:
        """The dotted name with the longest alias that it begins with replaced."""
        head = name if self.aliases else ""
        while head:
            if head in self.aliases:
                return self.aliases[head] + name[len(head) :]
            head = head.rpartition(".")[0]
        return name

    def safe(self, name: str) -> bool:
        return any(name == safe or name.endswith(f".{safe}") for safe in self.safe_functions)


NOTHING_TOLD = Told()
