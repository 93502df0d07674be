"""What the server says of an expression; `nanlint.lsp.chart` finds it out, in the worker process."""

from __future__ import annotations

from dataclasses import dataclass

from nanlint.findings import Step


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one expression. start, end: offsets; dtype and range: "" if there is nothing to say.

    proven: both ends of the range are reached as far as its producers tell; differs: not the same in all calls;
    assigned: it is a name that is being assigned; steps: how the value came about.
    """

    start: int
    end: int
    kind: str
    dtype: str = ""
    range: str = ""
    proven: bool = False
    may_nan: bool = False
    differs: bool = False
    assigned: bool = False
    steps: tuple[Step, ...] = ()
