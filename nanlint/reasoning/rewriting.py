"""Writing a fix the way the file already writes: source of operands, the file's aliases, what may be moved where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.frameworks import registry
from nanlint.frameworks.model import Call
from nanlint.interp.objects import Dotted
from nanlint.interp.trace import Event, Site
from nanlint.reasoning.nodes import children

_EMPTY = cst.Module([])
_NAME = re.compile(r"\[([a-zA-Z][\w.]*)\]")
_KEYWORD = re.compile(r"(, )?(\w+)=\{(\w+)(!?)\}")
_FIELD = re.compile(r"\{(\w+)(!|\(\)|)\}")


_LEFT: dict[type[cst.CSTNode], str] = {
    cst.Attribute: "value",
    cst.Call: "func",
    cst.Subscript: "value",
    cst.BinaryOperation: "left",
    cst.BooleanOperation: "left",
    cst.Comparison: "left",
}
"""Expressions that begin with another one, and where it is: what grows in long chains."""
_SHORT = 12  # links of a chain whose text is generated as a whole
_PLACE = "beginning_of_a_long_chain"  # stands for the link before
_KEPT = 1_000
_known: dict[cst.CSTNode, str] = {}
"""The text of the last links of long chains."""


def code(node: cst.CSTNode) -> str:
    """The node's source text, comments and all; a chain of n links whose parts are all asked for costs n, not n**2."""
    links: list[cst.CSTNode] = []
    current = node
    while type(current) in _LEFT and current not in _known:
        links.append(current)
        current = getattr(current, _LEFT[type(current)])
    if len(links) <= _SHORT and current not in _known:
        return _EMPTY.code_for_node(node)
    text = _known.get(current) or _EMPTY.code_for_node(current)
    if len(_known) > _KEPT:
        _known.clear()
    for link in reversed(links):
        rest = _EMPTY.code_for_node(link.with_changes(**{_LEFT[type(link)]: cst.Name(_PLACE)}))
        text = _known[link] = rest.replace(_PLACE, text, 1)
    return text


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
        return wrapped(cst.parse_expression(text), text) if match[2] == "()" else text

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


# moving an expression to another place


def movable(node: cst.CSTNode, origin: Site, target: Site) -> bool:
    """Evaluating the expression at `target` gives what it gave at `origin`.

    Only names, attributes, constants, subscripts and arithmetic move: a call may cost or do something twice.
    Every name must hold the same value at both places of the same activation; attributes must not be assigned between.
    """
    if origin.frame is not target.frame:
        return False
    parts = list(_parts(node))
    attributes = {part.attr.value for part in parts if isinstance(part, cst.Attribute)}
    moved = attributes and attributes & _assigned_after(origin)
    return not moved and all(_same_part(part, origin, target) for part in parts)


_MOVABLE = (
    cst.Name, cst.Attribute, cst.Integer, cst.Float, cst.SimpleString, cst.Subscript, cst.SubscriptElement, cst.Index,
    cst.Slice, cst.UnaryOperation, cst.Minus, cst.Plus, cst.BinaryOperation, cst.Add, cst.Subtract, cst.Multiply,
    cst.Divide, cst.Power, cst.Tuple, cst.Element, cst.LeftParen, cst.RightParen, cst.LeftSquareBracket,
    cst.RightSquareBracket, cst.Comma, cst.Dot, cst.Colon, cst.SimpleWhitespace, cst.ParenthesizedWhitespace,
    cst.TrailingWhitespace, cst.EmptyLine, cst.Newline, cst.Comparison, cst.ComparisonTarget, cst.LessThan,
    cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual, cst.Equal, cst.NotEqual, cst.BitAnd, cst.BitOr,
    cst.BitInvert,
)  # fmt: skip


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    if isinstance(node, cst.Attribute):
        yield from _parts(node.value)
        return
    for child in node.children:
        yield from _parts(child)


def _same_part(part: cst.CSTNode, origin: Site, target: Site) -> bool:
    if not isinstance(part, _MOVABLE):
        return False
    if not isinstance(part, cst.Name):
        return True
    before, after = origin.names.get(part.value), target.names.get(part.value)
    if before is None or after is None:
        return before is after
    return before is after or (before.same(after) and before.payload is after.payload)


def _assigned_after(origin: Site) -> set[str]:
    """The attributes that the function assigns below the statement of `origin`."""
    pending: list[cst.CSTNode] = [origin.frame.node] if origin.frame.node is not None else []
    assigned: set[str] = set()
    below = False
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)) and below:
            assigned |= {part.attr.value for part in _parts(node.target) if isinstance(part, cst.Attribute)}
        below = below or node is origin.statement
        pending.extend(reversed(node.children))
    return assigned


def contains(outer: cst.CSTNode, inner: cst.CSTNode) -> bool:
    """`inner` is `outer` or a node in it."""
    return outer is inner or any(contains(child, inner) for child in children(outer))


def reachable_source(node: cst.CSTNode | None, origin: Event, target: Event) -> str | None:
    """The text of an operand of `origin` for use at `target`: nested in it, or movable there; None otherwise."""
    if node is None:
        return None
    if contains(target.node, node) or movable(node, origin.site, target.site):
        return code(node)
    return None


def held_by(value: Value, site: Site) -> str | None:
    """The shortest name that holds the value at `site`; None if none does."""
    if value.op is Op.CONSTANT:
        return None
    names = [
        name
        for name, held in site.names.items()
        if held.same(value) and held.gradient == value.gradient and held.payload is value.payload
    ]
    return min(names, key=lambda name: (len(name), name), default=None)


def removable(made: Event, replaced: Sequence[cst.CSTNode]) -> cst.SimpleStatementLine | None:
    """The line that does nothing but name what `made` made, if nothing outside `replaced` reads the local name.

    What has a name in a graph as well may be looked up by it.
    """
    line, function = made.site.statement, made.site.frame.node
    if not isinstance(function, cst.FunctionDef) or not isinstance(line, cst.SimpleStatementLine):
        return None
    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)] if value is made.node:
            mentions = sum(_mentions(node, name) for node in replaced if contains(function, node))
        case _:
            return None
    commented = line.trailing_whitespace.comment is not None or "#" in code(line.body[0])
    lonely = not any(len(block.body) > 1 for block in _blocks(function) if line in block.body)
    return None if commented or lonely or _labelled(made) or _mentions(function, name) != mentions + 1 else line


def _labelled(made: Event) -> bool:
    arguments = made.node.args if isinstance(made.node, cst.Call) else ()
    return any(argument.keyword is not None and argument.keyword.value == "name" for argument in arguments)


def hoistable(made: Event, target: Event) -> bool:
    """What `made` computes can be computed at `target`, calls and all, and its line be removed.

    Only `target` needs it, in the very next statement, always, and before anything else is called there.
    """
    statement, function = target.site.statement, made.site.frame.node
    line = removable(made, [target.node])
    if line is None or function is None or made.site.frame is not target.site.frame:
        return False
    neighbours = (pair for block in _blocks(function) for pair in pairwise(block.body))
    if not any(before is line and after is statement for before, after in neighbours):
        return False
    return isinstance(statement, cst.SimpleStatementLine) and _comes_first(statement, target.node) is True


_SOMETIMES = (cst.IfExp, cst.BooleanOperation, cst.Lambda, cst.BaseComp)
"""What evaluates a part of itself never, later or more than once."""


def _comes_first(node: cst.CSTNode, wanted: cst.CSTNode) -> bool | None:
    """No call is made in `node` before `wanted` is evaluated, which it always is; None: `wanted` is not in it."""
    if node is wanted:
        return True
    if isinstance(node, _SOMETIMES):
        return False
    for child in node.children:
        found = _comes_first(child, wanted)
        if found is not None:
            return found
    return False if isinstance(node, cst.Call) else None


def _mentions(node: cst.CSTNode, name: str) -> int:
    """How often the name stands in the code, but for attributes and keywords of that name."""
    if isinstance(node, cst.Name):
        return node.value == name
    children: Sequence[cst.CSTNode] = node.children
    if isinstance(node, (cst.Attribute, cst.Arg)):
        children = (node.value,)
    return sum(_mentions(child, name) for child in children)


def _blocks(node: cst.CSTNode) -> Iterator[cst.IndentedBlock]:
    if isinstance(node, cst.IndentedBlock):
        yield node
    for child in node.children:
        yield from _blocks(child)


_LOOSE = (
    cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.NamedExpr,
    cst.Await, cst.Yield, cst.GeneratorExp,
)  # fmt: skip


def wrapped(node: cst.CSTNode, text: str | None = None) -> str:
    """The source for use under a tight operator or a method: in parentheses unless it is an atom."""
    text = code(node) if text is None else text
    if isinstance(node, _LOOSE) and not getattr(node, "lpar", ()):
        return f"({text})"
    return text
