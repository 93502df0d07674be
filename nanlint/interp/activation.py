"""What runs: activations of functions and of modules, and the loops in them."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from nanlint.domain.value import Value
from nanlint.interp.objects import Class, Function, Region, Scope
from nanlint.interp.store import Outcome
from nanlint.interp.trace import Frame


@dataclass(slots=True)
class Loop:
    """A loop being interpreted: what its `break` and `continue` statements left."""

    node: cst.CSTNode
    breaks: list[Outcome] = field(default_factory=list)
    continues: list[Outcome] = field(default_factory=list)


@dataclass(slots=True)
class Activation:
    """A running function (or the module): its scope, its place, what it has returned so far."""

    frame: Frame
    scope: Scope
    function: Function | None = None
    owner: Class | None = None
    receiver: Value | None = None
    no_gradient: bool = False
    autocast: Region | None = None
    dormant: bool = False
    """The file itself switches this code off."""
    loops: list[Loop] = field(default_factory=list)
    returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    exits: list[Outcome] = field(default_factory=list)
