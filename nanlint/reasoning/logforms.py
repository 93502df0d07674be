"""Writing logarithms of probabilities from the logits: log_softmax and logsigmoid in place of two steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event
from nanlint.reasoning.guarding import below_one, clamping, epsilon, literal
from nanlint.reasoning.logarithms import Reading, effective, level
from nanlint.reasoning.moving import contains, hoistable, reachable_source, removable
from nanlint.reasoning.probabilities import Form
from nanlint.reasoning.rewording import minus, plainly_written, plus, rebuilt
from nanlint.reasoning.spelling import Spelled, default, spell
from nanlint.reasoning.terms import Term
from nanlint.rule import Limits, Remove, Replace, Rewrite


def judged(reading: Reading, limits: Limits) -> tuple[Level, Rewrite | None] | None:
    """How grave the logarithm is, and its fix; None for a guarded one where nothing better is at hand."""
    grade = level(reading)
    if grade is None:
        return None
    rewrite = rewritten(reading, limits)
    return None if rewrite is None and effective(reading.event) else (grade, rewrite)


def rewritten(reading: Reading, limits: Limits) -> Rewrite | None:
    """The logarithm from the logits, with `p = ...` removed where nothing else needs it; else a clamp."""
    edit = replacement(reading)
    if edit is None:
        return clamp(reading.event, limits)
    name = "log_softmax" if reading.p.form is Form.SOFTMAX else "logsigmoid"
    return assembled(f"Use {name} of the logits", [reading], [edit])


def assembled(title: str, found: list[Reading], edits: list[tuple[Replace, Spelled]]) -> Rewrite:
    """One fix of several logarithms."""
    replaced = [edit.node for edit, _ in edits]
    removals = {id(line): Remove(line) for reading in found if (line := unneeded(reading, replaced)) is not None}
    imports = dict.fromkeys(line for _, spelled in edits for line in spelled.imports)
    unsafe = any(reading.bounded for reading in found)
    applicability = Applicability.UNSAFE if unsafe else Applicability.SAFE
    return Rewrite(title, applicability, (*(edit for edit, _ in edits), *removals.values()), tuple(imports))


def clamp(event: Event, limits: Limits) -> Rewrite | None:
    """A lower bound under the logarithm, if it has none: finite, though its gradient fades."""
    if effective(event) or registry.scalar(event.framework) or not plainly_written(event):
        return None
    lowest = f"-1 + {literal(below_one(event))}" if event.op is Op.LOG1P else literal(epsilon(event, limits))
    return clamping(event, 0, {"min": lowest})


def unneeded(reading: Reading, replaced: list[cst.CSTNode]) -> cst.CSTNode | None:
    """The statement that assigns the probability, if only `replaced` reads it."""
    made = reading.p.made
    if made is None or any(contains(node, made.node) for node in replaced):
        return None
    return removable(made, replaced)


def replacement(reading: Reading) -> tuple[Replace, Spelled] | None:
    """The log form in place of the logarithm; None where no source of the logits is at hand, or in another base."""
    event = reading.event
    if event.op not in (Op.LOG, Op.LOG1P) or not plainly_written(event) or registry.scalar(event.framework):
        return None
    if reading.p.logits.value.dtype.integer or reading.p.logits.links != reading.term.links:
        return None
    reading = _hoisted(reading)
    spelled = _log_softmax(reading) if reading.p.form is Form.SOFTMAX else _log_sigmoid(reading)
    if spelled is None:
        return None
    text = rebuilt(spelled.text, reading.term.links, event)
    return None if text is None else (Replace(event.node, text), Spelled(text, spelled.imports))


def _hoisted(reading: Reading) -> Reading:
    """With logits that move to the logarithm, where `p = softmax(f(x), 1)` stands right before it for it alone."""
    p = reading.p
    if p.made is None or p.logits.event is not p.made or not hoistable(p.made, reading.event):
        return reading
    return replace(reading, p=replace(p, logits=replace(p.logits, hoisted=True)))


def _log_sigmoid(reading: Reading) -> Spelled | None:
    """logsigmoid(x), or -softplus(-x) where the framework has no function for it."""
    event, logits = reading.event, reading.p.logits
    positive, negative = plus(logits, event), minus(logits, event)
    return _spell_log_sigmoid(event, *((negative, positive) if reading.flipped else (positive, negative)))


def _spell_log_sigmoid(event: Event, text: str | None, opposite: str | None) -> Spelled | None:
    """As logsigmoid, or as minus softplus where that takes no import or is all there is."""
    direct = None if text is None else spell(event, Op.LOG_SIGMOID, {"x": text})
    if opposite is None or (direct is not None and not direct.imports):
        return direct
    softplus = spell(event, Op.SOFTPLUS, {"x": opposite})
    if softplus is None or (direct is not None and softplus.imports):
        return direct
    return Spelled(f"-{softplus.text}", softplus.imports)


def log_sigmoid_words(event: Event, complement: bool = False) -> str:
    """log(sigmoid(x)), or log(1 - sigmoid(x)), as the framework writes it, for a remedy."""
    text, opposite = ("-x", "x") if complement else ("x", "-x")
    spelled = _spell_log_sigmoid(event, text, opposite)
    return f"logsigmoid({text})" if spelled is None else spelled.text


def _log_softmax(reading: Reading) -> Spelled | None:
    event, p = reading.event, reading.p
    if p.made is None:
        return None
    if p.total is not None:
        return _log_share(reading)
    parts = _options(p.made, event)
    if parts is None or not _of_logits_alone(p.made):
        return None
    if p.made.site.spelling == ".softmax":
        receiver = p.logits.atom(event)
        arguments = [parts[name] if name == "axis" else f"{name}={parts[name]}" for name in parts]
        return None if receiver is None else Spelled(f"{receiver}.log_softmax({', '.join(arguments)})")
    text = minus(p.logits, event) if p.flipped else plus(p.logits, event)
    if text is None:
        return None
    given = {name: part for name, part in parts.items() if not _implied(p.made, name)}
    framework = p.made.framework if registry.spelling(Op.LOG_SOFTMAX, event.framework) is None else event.framework
    spelled = spell(event, Op.LOG_SOFTMAX, {"x": text, **given}, framework, like=p.made)
    return spelled or (None if p.flipped or "dtype" in parts else _less_log_sum(p.logits, event, parts))


def _log_share(reading: Reading) -> Spelled | None:
    """Of exp(x) / sum(exp(x)), if the quotient divides along the axis of the sum."""
    event, p = reading.event, reading.p
    if p.total is None or not plainly_written(p.total) or not p.aligned:
        return None
    parts, text = _options(p.total, event), p.logits.bare(event)
    if parts is None or text is None or not set(p.total.site.options) <= {"axis", "keepdim"}:
        return None
    spelled = spell(event, Op.LOG_SOFTMAX, {"x": text, **parts}) if "axis" in parts else None
    return spelled or _less_log_sum(p.logits, event, parts)


def _less_log_sum(logits: Term, event: Event, parts: Mapping[str, str]) -> Spelled | None:
    """x - logsumexp(x), along the axis or over all elements."""
    text, atom = logits.bare(event), logits.atom(event)
    if text is None or atom is None:
        return None
    kept = {"keepdim": "True"} if "axis" in parts else {}
    summed = spell(event, Op.LOGSUMEXP, {"x": text, **parts, **kept})
    return None if summed is None else Spelled(f"{atom} - {summed.text}", summed.imports)


def _of_logits_alone(made: Event) -> bool:
    """No mask or the like takes part in the softmax, be it a function or a layer."""
    if registry.layer(made.site.spelling) is not None:
        return isinstance(made.node, cst.Call) and len(made.node.args) == len(made.operands)
    return plainly_written(made, registry.table(made.framework).idle_keywords) and set(made.site.options) <= {
        "axis",
        "dtype",
    }


def _options(made: Event, target: Event) -> dict[str, str] | None:
    """The texts of axis and dtype, as they were given; None where one cannot be written at `target`."""
    parts = {}
    for name in ("axis", "dtype"):
        value = made.options.get(name)
        if value is None or value.is_none:
            continue
        text = reachable_source(made.site.options.get(name), made, target)
        if text is None and isinstance(value.constant, int):
            text = str(value.constant)
        if text is None:
            return None
        parts[name] = text
    return parts


def _implied(made: Event, name: str) -> bool:
    """Nobody wrote the option, and log_softmax takes the same where it is not given."""
    if name in made.site.options:
        return False
    return made.options[name].constant == default(Op.LOG_SOFTMAX, name, made.framework)
