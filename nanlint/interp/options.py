"""Hyper-parameters by their defaults: options of `argparse`, `click`, `typer` and `absl`, environment variables."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import items_of, mapping, sequence
from nanlint.interp.machine import Machine
from nanlint.interp.numbers import Builtin, parsed
from nanlint.interp.objects import ArgumentParser, Cells, Class, Dotted, Entries, Option

TYPES = {
    "builtins.int": Kind.INTEGER,
    "builtins.float": Kind.NUMBER,
    "builtins.str": Kind.STRING,
    "click.INT": Kind.INTEGER,
    "click.FLOAT": Kind.NUMBER,
    "click.STRING": Kind.STRING,
}
TEXT_TO = {"builtins.int": Kind.INTEGER, "builtins.float": Kind.NUMBER}


def option(machine: Machine, given: Arguments) -> Value:
    """What the user leaves an option at: its default if that is a number or a list, else any value of its type."""
    named = {name: value for name, (value, _) in given.named.items()}
    type_name = named["type"].payload.name if "type" in named and isinstance(named["type"].payload, Dotted) else ""
    if "default" in named:
        default = named["default"]
        if isinstance(default.constant, str) and type_name in TEXT_TO:
            default = parsed(machine, default.constant, TEXT_TO[type_name])
        if default.kind in (Kind.NUMBER, Kind.INTEGER):
            return machine.argument(default=default)
        if default.kind in (Kind.STRING, Kind.BOOLEAN):
            return machine.argument(default.kind)
        if items_of(default) is not None:
            return default
    possible = items_of(named["choices"]) if "choices" in named else None
    if possible and all(value.kind.scalar for value in possible):
        return machine.join(possible)
    kind = TYPES.get(type_name, Kind.UNKNOWN)
    if "is_flag" in named or ("action" in named and str(named["action"].constant) in ("store_true", "store_false")):
        kind = Kind.BOOLEAN
    return machine.argument(kind)


def destination(given: Arguments) -> str:
    """The name of an option: given as such, else its first long flag, else its first flag."""
    flags = [value.constant for value, _ in given.positional if isinstance(value.constant, str)]
    names = [flag for flag in flags if isinstance(flag, str)]
    long = [name for name in names if name.startswith("--")]
    return (long or names or [""])[0].partition("/")[0].lstrip("-").replace("-", "_")


# argparse


def _parser(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return machine.thing(Kind.OBJECT, ArgumentParser(Cells(heap=True)))


def parser_method(
    machine: Machine, receiver: Value, parser: ArgumentParser, name: str, given: Arguments, node: cst.Call
) -> Value:
    """`add_argument`, `parse_args` and what returns a group or a sub-parser, which is taken for the parser itself."""
    if parser.classes is not None:
        records = [machine.call(each, Arguments(star=True), node) for each in parser.classes]
        return sequence(machine, tuple(records))
    if name == "add_argument":
        given_name = given.named["dest"][0].constant if "dest" in given.named else None
        key = given_name if isinstance(given_name, str) else destination(given)
        if key:
            machine.store.write(parser.cells, key, option(machine, given))
        return machine.unknown()
    if name == "set_defaults":
        for key, (value, _) in given.named.items():
            machine.store.write(parser.cells, key, value)
        return machine.constant(None)
    if name in ("parse_args", "parse_known_args", "parse_intermixed_args"):
        entries = {key: value for key, value in parser.cells.items() if isinstance(key, str)}
        arguments = machine.thing(Kind.OBJECT, Entries(entries, exact=False))
        return arguments if name != "parse_known_args" else sequence(machine, (arguments, machine.unknown()))
    return receiver


def _record_parser(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`HfArgumentParser((Model, Training))`."""
    classes = given.first() or given.named.get("dataclass_types", (machine.unknown(), None))[0]
    found = items_of(classes) or (classes,)
    if not all(isinstance(each.payload, Class) for each in found):
        return machine.unknown(*given.values)
    return machine.thing(Kind.OBJECT, ArgumentParser(Cells(heap=True), found))


def _parsed_record(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`tyro.cli(Training)`: an object whose fields nobody sets."""
    kind = given.first() or next(iter(given.values), None)
    if kind is None or not isinstance(kind.payload, Class):
        return machine.unknown(*given.values)
    return machine.call(kind, Arguments(star=True), node)


# decorators and defaults


def _click_option(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`@click.option("--lr", default=0.1)`: the value of the function's parameter `lr`."""
    flags = [str(value.constant) for value, _ in given.positional]
    plain = [flag for flag in flags if flag.isidentifier()]
    name = plain[0] if plain else destination(given).lower()
    switch = any("/" in flag for flag in flags)
    value = machine.argument(Kind.BOOLEAN) if switch else option(machine, given)
    return machine.thing(Kind.OBJECT, Option(name, value))


def options_of(decorators: list[Value]) -> Mapping[str, Value]:
    """The parameters that decorators set."""
    return {value.payload.name: value.payload.value for value in decorators if isinstance(value.payload, Option)}


def _typer_default(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`lr: float = typer.Option(0.1)`: the default within."""
    default = given.named["default"][0] if "default" in given.named else given.first()
    return machine.unknown() if default is None or default.constant is ... else default


# absl


def _define_flag(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`flags.DEFINE_float("lr", 0.1, "...")`: from now on an attribute of `FLAGS`."""
    first = given.first()
    key = None if first is None else first.constant
    default = given.positional[1] if len(given.positional) > 1 else given.named.get("default")
    value = option(machine, Arguments(keywords={} if default is None else {"default": default}))
    if isinstance(key, str):
        machine.store.write(machine.attributes, f"absl.flags.FLAGS.{key}", value)
    return mapping(machine, {"value": value, "default": value}, exact=False)


# the environment


def _environment(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    """`os.environ.get("LR", "0.1")`: the text or number that stands when the variable is not set."""
    default = given.positional[1][0] if len(given.positional) > 1 else given.named.get("default", (None, None))[0]
    if default is None or default.is_none:
        return machine.unknown(kind=Kind.STRING)
    if default.kind in (Kind.NUMBER, Kind.INTEGER):
        return machine.argument(default=default)
    return machine.unknown(default, op=Op.ARGUMENT, kind=Kind.STRING)


FLAG_KINDS = ("float", "integer", "string", "bool", "boolean", "enum", "list")

OPTIONS: dict[str, Builtin] = {
    "argparse.ArgumentParser": _parser,
    "transformers.HfArgumentParser": _record_parser,
    "trl.TrlParser": _record_parser,
    "tyro.cli": _parsed_record,
    "simple_parsing.parse": _parsed_record,
    "draccus.parse": _parsed_record,
    "pyrallis.parse": _parsed_record,
    "click.option": _click_option,
    "rich_click.option": _click_option,
    "typer.Option": _typer_default,
    "typer.Argument": _typer_default,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    **{f"absl.flags.DEFINE_{kind}": _define_flag for kind in FLAG_KINDS},
}
