"""An explanation for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from nanlint.explain.model import Context, Explanation, Link, Operand, Operation, Pole, Seen, Verdict
from nanlint.findings import Place
from nanlint.formats._frame import excerpt
from nanlint.showing.terminal import Paint, one_line

WIDTH = 110
_LONGEST = 60  # characters of source in a heading
_LEVELS = {"error": "red", "warning": "yellow", "note": "cyan", "strict": "magenta"}
_KINDS = {"number": "a Python number", "integer": "a Python integer", "boolean": "a flag", "unknown": "of unknown kind"}


def as_text(explanation: Explanation, paint: Paint) -> str:
    """The line, then each operation on it with its operands, its poles and what the rules say."""
    return "\n".join([*_head(explanation, paint), *_body(explanation, paint)]) + "\n"


def _head(explanation: Explanation, paint: Paint) -> Iterator[str]:
    number = str(explanation.place.line)
    yield paint(one_line(explanation.asked), "bold")
    yield f"{paint(f'{number} |', 'blue')} {excerpt(explanation.code, 0, 1)[0]}"


def _body(explanation: Explanation, paint: Paint) -> Iterator[str]:
    if not explanation.operations:
        yield ""
        yield explanation.hint
    for operation in explanation.operations:
        yield ""
        yield from _operation(operation, explanation.place.path, paint)


def _operation(operation: Operation, home: str, paint: Paint) -> Iterator[str]:
    framework = f", {operation.framework}" if operation.framework else ""
    title = paint(_short(operation.source), "bold")
    yield f"{paint(_at(operation.place, home), 'cyan')}  {title}  {paint(f'({operation.name}{framework})', 'dim')}"
    for context in operation.contexts:
        yield from _context(context, len(operation.contexts) > 1, home, operation.place.line, paint)
    if operation.more:
        yield f"    and {operation.more} more ways in which it is met"
    yield from _judged(operation, home, paint)


def _context(context: Context, several: bool, home: str, line: int, paint: Paint) -> Iterator[str]:
    for call in context.calls if several else context.calls[:1]:
        yield f"    {paint(call, 'dim')}"
    width = max((len(_label(operand, index)) for index, operand in enumerate(context.operands)), default=0)
    width = max(width, len("result"))
    for index, operand in enumerate(context.operands):
        yield f"    {_label(operand, index):<{width}}  {_values(operand.value, paint)}"
        yield from _links(operand, home, line, width, paint)
    yield f"    {'result':<{width}}  {_values(context.result, paint)}"
    for pole in context.poles:
        yield _pole(pole, context, home, paint)
    yield from (f"    {remark}" for remark in context.remarks)


def _label(operand: Operand, index: int) -> str:
    return _short(operand.value.text, 30) or f"operand {index + 1}"


def _values(value: Seen, paint: Paint) -> str:
    """`[0, 1], float32, gradient`; what is not known is said to be so."""
    bounds = value.range
    if bounds == "(-inf, inf)" and not value.known:
        bounds = "unknown values"
    kind = _KINDS.get(value.kind, "" if value.kind == "tensor" else value.kind)
    words = [value.dtype if value.dtype != "unknown" and value.kind == "tensor" else "", kind]
    words += ["gradient"] if value.gradient else []
    words += ["may be NaN"] if value.may_nan else []
    told = ", ".join(word for word in words if word)
    return paint(bounds, "green") + (paint(f", {told}", "dim") if told else "")


def _links(operand: Operand, home: str, line: int, width: int, paint: Paint) -> Iterator[str]:
    for link in _needed(operand, home, line):
        place = "" if link.place is None else f" {paint(_at(link.place, home), 'cyan')}"
        yield f"    {'':<{width}}    {paint('from', 'dim')} {one_line(link.text)} {link.range}{place}"


def _needed(operand: Operand, home: str, line: int) -> Sequence[Link]:
    """Of an operand that an operation on the same line gives, that alone: where it comes from is told there."""
    last = operand.origin[-1].place if operand.origin else None
    told = last is not None and (last.path, last.line) == (home, line)
    return operand.origin[-1:] if told else operand.origin


def _pole(pole: Pole, context: Context, home: str, paint: Paint) -> str:
    name = _label(context.operands[pole.operand], pole.operand)
    mark = paint("ok", "green") if pole.harmless else paint("reached", "yellow")
    at = "" if pole.at is None else f" {paint(_at(pole.at, home), 'cyan')}"
    return f"    {name} {pole.where}, {pole.what}: {mark}, {one_line(pole.why)}{at}"


def _judged(operation: Operation, home: str, paint: Paint) -> Iterator[str]:
    for verdict in operation.verdicts:
        yield from _verdict(verdict, home, paint)
    reported = any(verdict.status == "reported" for verdict in operation.verdicts)
    if not reported:
        yield f"    {paint('no finding', 'bold')}{_why_none(operation)}"
    if operation.silent:
        yield from _filled(f"looked at and silent: {', '.join(operation.silent)}", "    ", paint)


def _why_none(operation: Operation) -> str:
    if operation.verdicts and any(verdict.status != "silent" for verdict in operation.verdicts):
        return ": see above"
    poles = [pole for context in operation.contexts for pole in context.poles]
    if not poles:
        return ": this operation has no pole that nanlint knows"
    return ": no pole is reached" if all(pole.harmless for pole in poles) else ": no rule holds this to be a hazard"


def _verdict(verdict: Verdict, home: str, paint: Paint) -> Iterator[str]:
    style = _LEVELS.get(verdict.level, "dim")
    level = paint(verdict.level, style) if verdict.level else ""
    at = "" if verdict.at is None else f" ({_at(verdict.at, home)})"
    why = f"{one_line(verdict.why)}{at}"
    head = f"    {paint(verdict.code, 'cyan')} {verdict.name}: "
    if verdict.status == "silent":
        yield f"{head}silent, {why}"
        return
    told = level if verdict.status == verdict.level else f"{level}, {verdict.status}"
    yield f"{head}{told}" + (f": {why}" if why else "")
    yield from _filled(one_line(verdict.message), "      ", paint)


def _filled(text: str, indent: str, paint: Paint) -> Sequence[str]:
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [paint(line, "dim") for line in lines]


def _at(place: Place, home: str) -> str:
    cell = "" if place.cell is None else f"cell {place.cell}:"
    path = "" if place.path == home else f"{one_line(place.path)}:"
    return f"{path}{cell}{place.line}:{place.column}"


def _short(text: str, longest: int = _LONGEST) -> str:
    text = one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
