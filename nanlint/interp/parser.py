"""`argparse`: options with their defaults become the attributes of the parsed arguments."""

from __future__ import annotations

from nanlint.domain.value import Kind, Value
from nanlint.interp.arguments import Arguments
from nanlint.interp.machine import Machine
from nanlint.interp.objects import ArgumentParser, Cells, Dotted, Entries

TYPES = {"builtins.int": Kind.INTEGER, "builtins.float": Kind.NUMBER, "builtins.str": Kind.STRING}


def make_parser(machine: Machine) -> Value:
    return machine.thing(Kind.OBJECT, ArgumentParser(Cells()))


def parser_method(machine: Machine, receiver: Value, parser: ArgumentParser, name: str, given: Arguments) -> Value:
    """`add_argument`, `parse_args` and what returns a group or a sub-parser, which is taken for the parser itself."""
    if name == "add_argument":
        _add_argument(machine, parser, given)
        return machine.unknown()
    if name == "set_defaults":
        for key, (value, _) in given.named.items():
            machine.store.write(parser.cells, key, value)
        return machine.constant(None)
    if name in ("parse_args", "parse_known_args"):
        entries = {key: value for key, value in parser.cells.items() if isinstance(key, str)}
        parsed = machine.thing(Kind.OBJECT, Entries(entries, exact=False))
        if name == "parse_args":
            return parsed
        from nanlint.interp.containers import sequence

        return sequence(machine, (parsed, machine.unknown()))
    return receiver


def _add_argument(machine: Machine, parser: ArgumentParser, given: Arguments) -> None:
    flags = [value.constant for value, _ in given.positional if isinstance(value.constant, str)]
    destination = given.named["dest"][0].constant if "dest" in given.named else None
    if not isinstance(destination, str):
        long = [flag for flag in flags if isinstance(flag, str) and flag.startswith("--")]
        chosen = (long or flags or [""])[0]
        destination = str(chosen).lstrip("-").replace("-", "_")
    if destination:
        machine.store.write(parser.cells, destination, _option(machine, given))


def _option(machine: Machine, given: Arguments) -> Value:
    """The default if it is a number; else an unknown of the option's type."""
    if "default" in given.named:
        default = given.named["default"][0]
        if default.kind in (Kind.NUMBER, Kind.INTEGER):
            return machine.argument(default=default)
        if default.kind in (Kind.STRING, Kind.BOOLEAN):
            return machine.argument(default.kind)
    kind = Kind.UNKNOWN
    if "type" in given.named:
        payload = given.named["type"][0].payload
        kind = TYPES.get(payload.name, Kind.UNKNOWN) if isinstance(payload, Dotted) else Kind.UNKNOWN
    if "action" in given.named and str(given.named["action"][0].constant).startswith("store_"):
        kind = Kind.BOOLEAN
    return machine.argument(kind)
