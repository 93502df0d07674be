"""What an interpretation knows of every expression of a file: kind, dtype, range, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import EVERYTHING, Interval
from nanlint.domain.value import Kind, Value
from nanlint.findings import Step
from nanlint.interp import observe
from nanlint.interp.told import Told
from nanlint.lsp.known import Known
from nanlint.program.atlas import Atlas
from nanlint.program.project import Project
from nanlint.reasoning.evidence import clue, trail
from nanlint.rule import Clue
from nanlint.settings import DEFAULT, Settings
from nanlint.text.positions import Span, locate
from nanlint.text.source import Source

_SILENT = frozenset({Kind.UNKNOWN, Kind.NONE, Kind.STRING, Kind.PATH, Kind.MODULE, Kind.FUNCTION, Kind.CLASS})
"""Kinds that a reader sees without help."""
_LITERALS = (cst.BaseNumber, cst.BaseString, cst.UnaryOperation)


@dataclass(frozen=True, slots=True)
class _Seen:
    node: cst.CSTNode
    values: Sequence[Value]
    assigned: bool = False


class Chart:
    """One interpretation of a text, kept for as long as the text stays."""

    def __init__(self, source: Source, project: Project, settings: Settings = DEFAULT) -> None:
        self.source, self.project, self.text = source, project, source.text
        module = project.parsed(source)
        told = Told(settings.safe_functions, dict(settings.framework_aliases))
        self.trace, observations = observe(module, source.text, source.path, project, told)
        seen = [_Seen(node, values) for node, values in observations.values() if not isinstance(node, _LITERALS)]
        for target, assigned in _assignments(module):
            if id(assigned) in observations:
                seen.append(_Seen(target, observations[id(assigned)][1], assigned=True))
        spans = locate(module, source.text, (one.node for one in seen))
        self._seen = [(spans[id(one.node)], one) for one in seen if id(one.node) in spans]

    def between(self, start: int, end: int, assigned: bool = False) -> tuple[Known, ...]:
        """What there is to say of the expressions (or assigned names) that touch [start, end], the shortest first."""
        seen = ((span, one) for span, one in self._seen if one.assigned or not assigned)
        touching = [(span, one) for span, one in seen if span.start <= end and start <= span.end]
        touching.sort(key=lambda item: (item[0].end - item[0].start, item[0].start))
        told = [(span, one) for span, one in touching if _is_telling(one.values)]
        clues = {id(one): () if assigned else self._clues(one.values) for _, one in told}
        atlas = Atlas(self.source, self.trace, self.project)
        atlas.add(each.node for steps in clues.values() for each in steps)
        return tuple(_known(span, one, clues[id(one)], atlas) for span, one in told)

    def _clues(self, values: Sequence[Value]) -> tuple[Clue, ...]:
        origin = self.trace.origin(values[-1])
        if origin is None:
            return ()
        before = trail(origin, self.trace, origin.x) if origin.operands else ()
        return (*before, clue(origin))


def _known(span: Span, one: _Seen, clues: Sequence[Clue], atlas: Atlas) -> Known:
    values = one.values
    held = _hull(values)
    dtypes = {value.dtype for value in values}
    dtype = dtypes.pop() if len(dtypes) == 1 else Dtype.UNKNOWN
    return Known(
        span.start,
        span.end,
        " or ".join(dict.fromkeys(value.kind.value for value in values)),
        "" if dtype is Dtype.UNKNOWN or not values[0].kind.numeric else dtype.value,
        "" if held == EVERYTHING or not values[0].kind.numeric else str(held),
        all(value.known for value in values),
        any(value.may_nan for value in values),
        len({str(value.range) for value in values}) > 1,
        one.assigned,
        tuple(_step(each, atlas) for each in clues),
    )


def _step(each: Clue, atlas: Atlas) -> Step:
    return Step(atlas.place(each.node), each.text, None if each.value is None else str(each.value.range))


def _hull(values: Sequence[Value]) -> Interval:
    held = values[0].range
    for value in values[1:]:
        held = held.join(value.range)
    return held


def _is_telling(values: Sequence[Value]) -> bool:
    return any(value.kind not in _SILENT for value in values)


def _assignments(module: cst.Module) -> Iterator[tuple[cst.Name, cst.BaseExpression]]:
    """Names, and the expressions that are assigned to them."""
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Assign):
            for target in node.targets:
                if isinstance(target.target, cst.Name):
                    yield target.target, node.value
        elif isinstance(node, cst.AnnAssign) and node.value is not None and isinstance(node.target, cst.Name):
            yield node.target, node.value
        elif not isinstance(node, cst.BaseExpression):
            pending.extend(node.children)
