"""The form of a framework's table: spelling to operation and back. Data only."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the framework spells it and its canonical name; `variadic` takes all that follow."""

    spelled: str
    canonical: str
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A callable of the framework: its operation, operands (in canonical order), options, and fixed options.

    `fixed` options hold unless they are passed. For a method the receiver is the first of `parameters`.
    `result` is the kind of what is returned. `order` numbers operands and options in the framework's positional
    order where that is not operands, then options.
    """

    op: Op
    operands: tuple[Parameter, ...]
    options: tuple[Parameter, ...] = ()
    fixed: tuple[tuple[str, object], ...] = ()
    result: Kind | None = None
    order: tuple[int, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """In the framework's positional order."""
        listed = self.operands + self.options
        return tuple(listed[i] for i in self.order) if self.order else listed


@dataclass(frozen=True, slots=True)
class Overload:
    """`torch.max(x, 1)` against `torch.max(x, y)`: `binary` when the second argument is not an integer.

    `counted`: `binary` whenever there is a second positional argument, as in `arange(0, n)`.
    A method's receiver counts as its first argument.
    """

    binary: Call
    otherwise: Call
    counted: bool = False


class Stride(enum.Enum):
    """How far one step of an optimizer moves a parameter."""

    PROPORTIONAL = "the rate times the gradient"
    NORMALISED = "about the rate, however large the gradient is"
    SELF_SCALED = "what the optimizer finds out itself; the rate is a first guess or a factor near 1"


@dataclass(frozen=True, slots=True)
class Optimizer:
    """A class of optimizers: the default learning rate (None: required) and the constructor's parameters."""

    default_rate: float | None
    parameters: tuple[Parameter, ...]
    stride: Stride = Stride.NORMALISED


def words(text: str) -> tuple[str, ...]:
    """Names, separated by white space."""
    return tuple(text.split())


def parameters(text: str) -> tuple[Parameter, ...]:
    """`"input dim>axis *size"`: names in positional order, `spelled>canonical`, `*` for variadic."""
    found = []
    for word in text.split():
        spelled, _, canonical = word.lstrip("*").partition(">")
        found.append(Parameter(spelled, canonical or spelled, word.startswith("*")))
    return tuple(found)


def call(
    op: Op,
    operands: str = "input>x",
    options: str = "",
    result: Kind | None = None,
    order: tuple[int, ...] = (),
    **fixed: object,
) -> Call:
    """`call(Op.SOFTMAX, "input>x", "dim>axis dtype")`; further keywords are options that the spelling itself fixes."""
    return Call(op, parameters(operands), parameters(options), tuple(fixed.items()), result, order)


def optimizer(default_rate: float | None, names: str = "params lr", stride: Stride = Stride.NORMALISED) -> Optimizer:
    return Optimizer(default_rate, parameters(names), stride)


@dataclass(frozen=True, slots=True)
class Framework:
    """Everything nanlint knows of a framework. Dotted names are the canonical public ones."""

    name: str
    roots: tuple[str, ...]
    """First words of its dotted names; importing one of them makes a file worth interpreting."""
    default_float: Dtype
    result: Kind
    """What its functions return unless the call says otherwise: TENSOR, or NUMBER for `math`."""
    gradients: bool
    """Whether its operations are differentiated."""
    functions: Mapping[str, Call | Overload] = field(default_factory=dict)
    methods: Mapping[str, Call | Overload] = field(default_factory=dict)
    """Of its arrays. `name_` is the in-place form of `name` where `in_place` is set."""
    telling_methods: frozenset[str] = frozenset()
    """Methods that nothing but an array has: calling one tells what the receiver is."""
    in_place: bool = False
    attributes: Mapping[str, Call] = field(default_factory=dict)
    """Of its arrays."""
    layers: Mapping[str, Call] = field(default_factory=dict)
    """Classes whose instances, called, perform the operation; `options` are the constructor's parameters."""
    optimizers: Mapping[str, Optimizer] = field(default_factory=dict)
    protocol: Mapping[tuple[Kind, str], Call] = field(default_factory=dict)
    """Methods of optimizers, scalers, models, distributions."""
    distributions: Mapping[str, Call] = field(default_factory=dict)
    objects: Mapping[str, Kind] = field(default_factory=dict)
    """Classes of which only the kind of the instance matters (a GradScaler, a DataLoader)."""
    dtypes: Mapping[str, Dtype] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    model_bases: frozenset[str] = frozenset()
    forward: str = "forward"
    """The method that runs when a model is called."""
    sequential: frozenset[str] = frozenset()
    containers: frozenset[str] = frozenset()
    loaders: frozenset[str] = frozenset()
    """Classes that batch the rows of a dataset."""
    column_datasets: frozenset[str] = frozenset()
    """Datasets made of one array for each part of a row."""
    float_info: frozenset[str] = frozenset()
    """Callables that tell the limits of a dtype: `torch.finfo`."""
    pairs: frozenset[str] = frozenset()
    """Functions and methods that return (values, indices) when an axis is given: `max`, `sort`."""
    wrappers: frozenset[str] = frozenset()
    """Callables that give back their first argument as far as values go: `torch.compile`, `DataParallel`."""
    no_gradient: frozenset[str] = frozenset()
    """Context managers and decorators under which no gradient is recorded."""
    with_gradient: frozenset[str] = frozenset()
    """Context managers under which it is recorded again."""
    gradient_switch: frozenset[str] = frozenset()
    """Those that take whether it is recorded."""
    tensor_types: frozenset[str] = frozenset()
    """Annotations that mean an array."""
    spellings: Mapping[Op, str] = field(default_factory=dict)
    """Templates for fixes: `[torch.logsumexp]({x}, dim={axis})`; `[...]` is replaced by the file's own alias."""
