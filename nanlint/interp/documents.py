"""Configuration files that a script loads by a literal path: `yaml.safe_load(open("config.yaml"))`."""

from __future__ import annotations

import re

import libcst as cst

from nanlint.domain.value import Kind, Value
from nanlint.domain.vocabulary import Op
from nanlint.interp.arguments import Arguments
from nanlint.interp.containers import mapping, sequence
from nanlint.interp.machine import Machine
from nanlint.interp.numbers import Builtin
from nanlint.interp.objects import FilePath
from nanlint.interp.paths import file_path, joined, parent, path_of

MAX_LEAVES = 2_000  # values of one document
_EXPONENT = re.compile(r"[-+]?\d[\d_]*[eE][-+]?\d+")  # a number to OmegaConf, a text to PyYAML


def _path(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return joined(machine, *(value for value, _ in given.positional))


def _directory(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    text = path_of(given.first() or machine.unknown())
    return machine.unknown(*given.values, kind=Kind.STRING) if text is None else parent(machine, FilePath(text))


def _same_path(machine: Machine, given: Arguments, node: cst.Call) -> Value:
    return file_path(machine, path_of(given.first() or machine.unknown()), *given.values)


def _document(machine: Machine, source: Value, node: cst.Call, exponents: bool = False) -> Value:
    """The content of the file that `source` is (the path of, or opened from); unknown if nobody can read it."""
    text = path_of(source)
    found = (
        None if text is None or machine.library is None else machine.library.document(machine.active.scope.path, text)
    )
    if found is None:
        return machine.unknown(source)
    return _Reading(machine, node, found[0], exponents).value(found[1], "")


class _Reading:
    """Turns the plain data of one document into Values that say where they stand in it."""

    def __init__(self, machine: Machine, node: cst.Call, name: str, exponents: bool) -> None:
        self.machine, self.node, self.name, self.exponents = machine, node, name, exponents
        self.left = MAX_LEAVES

    def value(self, data: object, key: str) -> Value:
        self.left -= 1
        if self.left < 0:
            return self.machine.unknown()
        if isinstance(data, dict):
            entries = {name: self.value(item, f"{key}.{name}" if key else str(name)) for name, item in data.items()}
            return mapping(self.machine, entries)
        if isinstance(data, list):
            return sequence(self.machine, tuple(self.value(item, key) for item in data))
        return self._leaf(data, key)

    def _leaf(self, data: object, key: str) -> Value:
        """A number is what the script runs with; a flag or a name may be anything, as in `argparse`."""
        if self.exponents and isinstance(data, str) and _EXPONENT.fullmatch(data):
            data = float(data)
        constant = self.machine.constant(data) if isinstance(data, (bool, int, float, str)) else None
        if constant is None:
            return self.machine.constant(None) if data is None else self.machine.unknown()
        if constant.kind in (Kind.NUMBER, Kind.INTEGER):
            leaf = self.machine.argument(default=constant)
        elif constant.kind is Kind.STRING:
            leaf = self.machine.unknown(constant, op=Op.ARGUMENT, kind=Kind.STRING)
        else:
            leaf = self.machine.argument(constant.kind)
        self.machine.note(leaf.made_by, leaf, self.node, spelling=f"{key} of {self.name}" if key else self.name)
        return leaf


def _loader(exponents: bool = False) -> Builtin:
    def run(machine: Machine, given: Arguments, node: cst.Call) -> Value:
        return _document(machine, given.first() or machine.unknown(), node, exponents)

    return run


DOCUMENTS: dict[str, Builtin] = {
    "builtins.open": _same_path,
    "io.open": _same_path,
    "codecs.open": _same_path,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "os.path.join": _path,
    "os.path.dirname": _directory,
    "os.path.abspath": _same_path,
    "os.path.realpath": _same_path,
    "os.path.expanduser": _same_path,
    "hydra.utils.to_absolute_path": _same_path,
    "json.load": _loader(),
    "json.loads": _loader(),
    "yaml.safe_load": _loader(),
    "yaml.full_load": _loader(),
    "yaml.load": _loader(),
    "tomllib.load": _loader(),
    "tomllib.loads": _loader(),
    "tomli.load": _loader(),
    "tomli.loads": _loader(),
    "toml.load": _loader(),
    "toml.loads": _loader(),
    "omegaconf.OmegaConf.load": _loader(exponents=True),
}
