"""Reading the cumulative function of the normal distribution, however it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.objects import Layer
from nanlint.interp.trace import Event
from nanlint.reasoning.formulas import negated, one_minus, one_plus
from nanlint.reasoning.moving import held_by
from nanlint.reasoning.terms import PLAIN, Term
from nanlint.reasoning.texts import parsed, wrapped

ROOT_TWO = math.sqrt(2.0)
CLOSE = 1e-4  # digits to which people write the root of 2
STEPS = 4


@dataclass(frozen=True, slots=True)
class CumulativeNormal:
    """exp(offset) * ndtr(factor * (x - loc) / scale), made by the event.

    location, scale: of a distribution; None where they are not given, so 0 and 1.
    """

    made: Event
    x: Term
    factor: float = 1.0
    offset: float = 0.0
    location: Value | None = None
    scale: Value | None = None

    def text(self, target: Event) -> str | None:
        """The source of the argument of ndtr for use at `target`."""
        if self.x.links:
            return None
        inner, factor = self._without_root()
        plain = factor == 1.0 and self.location is None and self.scale is None
        text = inner.bare(target) if plain else inner.atom(target)
        if text is None:
            return None
        standard = self._standardised(text, target)
        if standard is None or factor == 1.0:
            return standard
        atom = wrapped(parsed(standard), standard)
        return f"-{atom}" if factor == -1.0 else f"{factor!r} * {atom}"

    def _without_root(self) -> tuple[Term, float]:
        """x and 1 instead of x / sqrt(2) and sqrt(2)."""
        term = self.x.behind(PLAIN)
        if abs(abs(self.factor) - ROOT_TWO) < CLOSE and len(term.value.made_by.operands) == 2 and not term.links:
            first, second = term.operands()
            number, other = second.value.range.point, first.value.range.point
            if term.op is Op.DIVIDE and number is not None and abs(number - ROOT_TWO) < CLOSE:
                return first, math.copysign(1.0, self.factor)
            if term.op is Op.MULTIPLY:
                for constant, rest in ((number, first), (other, second)):
                    if constant is not None and abs(constant - 1.0 / ROOT_TWO) < CLOSE:
                        return rest, math.copysign(1.0, self.factor)
        return self.x, self.factor

    def _standardised(self, text: str, target: Event) -> str | None:
        scaled = self.scale is not None and self.scale.range.point != 1.0
        if self.location is not None and self.location.range.point != 0.0:
            location = _text_of(self.location, target)
            if location is None:
                return None
            text = f"({text} - {location})" if scaled else f"{text} - {location}"
        if self.scale is None or not scaled:
            return text
        scale = _text_of(self.scale, target)
        return None if scale is None else f"{text} / {scale}"


def _text_of(value: Value, target: Event) -> str | None:
    """The name that holds a parameter of the distribution, or the number that it is."""
    point = value.range.point
    if point is not None and value.kind.scalar:
        return f"{point!r}" if point >= 0.0 else f"({point!r})"
    return held_by(value, target.site)


def cumulative_normal(term: Term, complemented: bool = False) -> CumulativeNormal | None:
    """The term, or 1 - p for the operand -p of log1p, as a normal probability."""
    if not complemented:
        return _read(term.behind(PLAIN), STEPS)
    p = negated(term)
    found = None if p is None else _read(p.behind(PLAIN), STEPS)
    return None if found is None or found.offset != 0.0 else replace(found, factor=-found.factor)


def _read(term: Term, steps: int) -> CumulativeNormal | None:
    origin = term.origin
    if steps == 0 or origin is None:
        return None
    if term.op is Op.NDTR:
        return _of_function(term, origin)
    if term.op is Op.ERFC:
        return CumulativeNormal(origin, term.operand(), -ROOT_TWO, math.log(2.0))
    for rest, sign in ((one_plus(term), 1.0), (one_minus(term), -1.0)):
        inner = None if rest is None else rest.behind(PLAIN)
        made = None if inner is None else inner.origin
        if inner is not None and made is not None and inner.op is Op.ERF:
            return CumulativeNormal(made, inner.operand(), sign * ROOT_TWO, math.log(2.0))
        if sign < 0.0 and inner is not None:
            found = _read(inner, steps - 1)
            if found is not None and abs(found.offset) < CLOSE:
                return replace(found, factor=-found.factor, offset=0.0)
    return _scaled(term, steps)


def _scaled(term: Term, steps: int) -> CumulativeNormal | None:
    """A positive number times it, or it over one."""
    if term.op not in (Op.MULTIPLY, Op.DIVIDE) or len(term.value.made_by.operands) != 2:
        return None
    first, second = term.operands()
    pairs = [(first, second)] if term.op is Op.DIVIDE else [(first, second), (second, first)]
    for inner, number in pairs:
        constant = number.value.range.point
        found = None if constant is None or constant <= 0.0 else _read(inner.behind(PLAIN), steps - 1)
        if found is not None and constant is not None:
            scale = math.log(constant) if term.op is Op.MULTIPLY else -math.log(constant)
            offset = found.offset + scale
            return replace(found, offset=0.0 if abs(offset) < CLOSE else offset)
    return None


def _of_function(term: Term, origin: Event) -> CumulativeNormal | None:
    """ndtr(x), or the `cdf` of a normal distribution."""
    if len(term.value.made_by.operands) == 1:
        return _of_distribution(term, origin, term.options)
    layer = term.value.made_by.y.payload
    if not isinstance(layer, Layer) or layer.options.get("family") is None:
        return None
    if layer.options["family"].constant != "Normal":
        return None
    return _of_distribution(term, origin, layer.options)


def _of_distribution(term: Term, origin: Event, options: Mapping[str, Value]) -> CumulativeNormal:
    return CumulativeNormal(origin, term.operand(), location=options.get("loc"), scale=options.get("scale"))
