"""How a file writes an operation: its framework's template, filled in, under the names that the file has imported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.frameworks.entries import Call
from nanlint.interp.objects import Dotted
from nanlint.interp.trace import Event, Site
from nanlint.reasoning.texts import parsed, wrapped

_NAME = re.compile(r"\[([a-zA-Z][\w.]*)\]")
_KEYWORD = re.compile(r"(, )?(\w+)=\{(\w+)(!?)\}")
_FIELD = re.compile(r"\{(\w+)(!|\(\)|)\}")


@dataclass(frozen=True, slots=True)
class Spelled:
    """Replacement text, the import statements that it needs, the framework whose functions it calls."""

    text: str
    imports: tuple[str, ...] = ()
    framework: str = ""


def spell(
    event: Event, op: Op, parts: Mapping[str, str], framework: str = "", like: Event | None = None
) -> Spelled | None:
    """`op` in the framework of `event`, with the file's aliases; None where the framework cannot write it.

    `parts` are the texts of operands and options; a keyword whose part is missing is left out. The function is taken
    from the module under which `like` (or `event` itself) was written, if it has it; else from the framework's
    companion, where the file imports that. A file of older releases is given no function that those have not, but that
    of the framework below them.
    """
    framework, prefer = framework or event.framework, prefix_of(like or event)
    own, companion = _homes(event.site, op, framework, prefer)
    spelled = _spelled(event.site, own, parts, prefer)
    if spelled is not None and _imports_only(framework, spelled):
        return replace(spelled, framework=framework)
    other = _spelled(event.site, registry.templates(op, companion), parts, prefer)
    if other is None or (other.imports and not registry.is_base(companion, framework)):
        return None
    return replace(other, framework=companion)


def name_of(event: Event, op: Op) -> str:
    """What the file calls the framework's function for the operation, or its companion's; empty where none has one."""
    prefer = prefix_of(event)
    own, companion = _homes(event.site, op, event.framework, prefer)
    template = next(iter((*own, *registry.templates(op, companion))), "")
    return spell_name(event.site, _NAME.findall(template)[0], prefer)[0] if template else ""


def _homes(site: Site, op: Op, framework: str, prefer: str) -> tuple[tuple[str, ...], str]:
    """The framework's own templates for the operation, those that the file's release has, and its companion."""
    templates, modules = registry.templates(op, framework), {prefer, *_modules(site)}
    older = registry.older(framework, modules)
    if not older:
        return templates, registry.table(framework).companion
    names = {name for template in templates for name in _NAME.findall(template)}
    there = all(registry.former(name) or {name, name.rpartition(".")[0]} & modules for name in names)
    return (templates if there else ()), older


def _imports_only(framework: str, spelled: Spelled) -> bool:
    """Nothing but the framework itself is to be imported: whether optax is installed beside JAX nobody knows."""
    return all(line.split()[1].partition(".")[0] == framework for line in spelled.imports)


def spell_exactly(event: Event, op: Op, parts: Mapping[str, str]) -> Spelled | None:
    """As `spell` where float64 would lose digits; None where the framework's own function does not lose any."""
    template = registry.table(event.framework).exact_spellings.get(op)
    return None if template is None else _spelled(event.site, (template,), parts, prefix_of(event))


def spell_log_count(event: Event, parts: Mapping[str, str]) -> Spelled | None:
    """The logarithm of the number of elements of `x`, of those along `axis` if that is given."""
    template = registry.table(event.framework).log_counts.get("axis" not in parts)
    return None if template is None else _spelled(event.site, (template,), parts, prefix_of(event))


def spell_mean_or_zero(event: Event, parts: Mapping[str, str]) -> Spelled | None:
    """The mean of `x`, 0 of nothing; None where the framework's arrays have methods to write it with."""
    template = registry.table(event.framework).mean_or_zero
    return _spelled(event.site, (template,), parts, prefix_of(event)) if template else None


def spell_label_check(event: Event, parts: Mapping[str, str]) -> Spelled | None:
    """Lines that raise unless `labels` are indices of the classes of `scores`."""
    template = registry.table(event.framework).label_check
    return _spelled(event.site, (template,), parts, "") if template else None


def _spelled(site: Site, templates: Sequence[str], parts: Mapping[str, str], prefer: str) -> Spelled | None:
    """By the first of the templates that needs no other parts, and leaves out none that another would write."""
    fields = [{name for name, _ in _FIELD.findall(template)} for template in templates]
    wanted = parts.keys() & set().union(*fields)
    for template, known in zip(templates, fields, strict=True):
        template = _KEYWORD.sub(lambda match: match[0] if match[3] in parts or match[4] else "", template)
        if wanted <= known and all(name in parts for name, _ in _FIELD.findall(template)):
            break
    else:
        return None
    imports: list[str] = []

    def qualified(match: re.Match[str]) -> str:
        name, needed = spell_name(site, match[1], prefer)
        imports.extend(needed)
        return name

    def filled(match: re.Match[str]) -> str:
        text = parts[match[1]]
        return wrapped(parsed(text), text) if match[2] == "()" else text

    return Spelled(_FIELD.sub(filled, _NAME.sub(qualified, template)), tuple(imports))


def keyword_of(op: Op, option: str, framework: str) -> str:
    """The keyword under which the framework's own function takes the option: `keepdim`, `keepdims`."""
    template = registry.spelling(op, framework) or ""
    return next((match[2] for match in _KEYWORD.finditer(template) if match[3] == option), option)


def default(op: Op, option: str, framework: str) -> object:
    """What the framework's own function takes for an option that is not given; None where nothing is known of it."""
    names = _NAME.findall(registry.spelling(op, framework) or "")
    found = registry.function(names[0]) if names else None
    return dict(found[1].fixed).get(option) if found is not None and isinstance(found[1], Call) else None


def takes(op: Op, option: str, framework: str) -> bool:
    """Whether the framework's own function has that option."""
    return any(name == option for name, _ in _FIELD.findall(registry.spelling(op, framework) or ""))


def spell_method(event: Event, op: Op, receiver: str, parts: Mapping[str, str], in_place: bool = False) -> str | None:
    """`op` as a method of its first operand, which is named like the operation; None where there is none.

    `receiver` is source that can stand before a dot; `parts` are the options' texts.
    """
    found = registry.method(event.framework, op.value + "_" * in_place)
    if found is None or not isinstance(found[1], Call) or found[1].op is not op:
        return None
    spelled = {parameter.canonical: parameter.spelled for parameter in reversed(found[1].parameters)}
    if not parts.keys() <= spelled.keys():
        return None
    arguments = ", ".join(f"{spelled[name]}={text}" for name, text in parts.items())
    return f"{receiver}.{op.value}{'_' * in_place}({arguments})"


def prefix_of(event: Event) -> str:
    """The module under which the event's function was written: `torch.nn.functional` of `F.softmax`."""
    spelling = event.site.spelling
    return spelling.rpartition(".")[0] if spelling[:1] not in (".", "") else ""


def spell_name(site: Site, dotted: str, prefer: str = "") -> tuple[str, tuple[str, ...]]:
    """How the file can write a dotted name where `site` stands, and the imports that takes.

    A public synonym under the module `prefer` is taken if there is one (`F.log_softmax` beside `F.softmax`).
    """
    synonyms = [_synonym(dotted, module) for module in _modules(site)]
    for candidate in (_synonym(dotted, prefer), dotted, *synonyms, *registry.other_names(dotted)):
        if candidate and (spelled := _through_names(site.names, candidate)):
            return spelled, ()
    module, _, last = (_synonym(dotted, prefer) or dotted).rpartition(".")
    if last not in site.names and module in _imported_from(site.names):
        return last, (f"from {module} import {last}",)
    root = dotted.partition(".")[0]
    return dotted, (f"import {root}",)


def _modules(site: Site) -> list[str]:
    """What the file has imported, by its full name."""
    return [value.payload.name for value in site.names.values() if isinstance(value.payload, Dotted)]


def _imported_from(names: Mapping[str, Value]) -> set[str]:
    """The modules of which the file imports single functions under their own names."""
    paths = [
        value.payload.name.rpartition(".")
        for name, value in names.items()
        if isinstance(value.payload, Dotted)
        and value.payload.name.endswith("." + name)
        and registry.function(value.payload.name) is not None
    ]
    return {module for module, _, _ in paths}


def _synonym(dotted: str, module: str) -> str:
    """The same function under another module of its framework, as files that use this module have it."""
    old = registry.former(dotted)
    if module and module == old.rpartition(".")[0]:
        return old
    name = f"{module}.{dotted.rpartition('.')[2]}"
    found, wanted = registry.function(name), registry.function(dotted)
    if registry.is_removed(name):
        return ""
    return name if module and found is not None and wanted is not None and found[1] == wanted[1] else ""


def _through_names(names: Mapping[str, Value], dotted: str) -> str:
    """The shortest way to `dotted` through a name that holds it or a module above it."""
    ways = []
    for name, value in names.items():
        payload = value.payload
        if isinstance(payload, Dotted) and (dotted == payload.name or dotted.startswith(payload.name + ".")):
            ways.append(name + dotted[len(payload.name) :])
    return min(ways, key=lambda way: (len(way), way), default="")
