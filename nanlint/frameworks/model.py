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
    `sized`: `binary` when the arguments behind its operands are extents: `Tensor(3, 4)` against `Tensor([3, 4])`.
    """

    binary: Call
    otherwise: Call
    counted: bool = False
    sized: bool = False


class Stride(enum.Enum):
    """How far one step of an optimizer moves a parameter."""

    PROPORTIONAL = "the rate times the gradient"
    NORMALISED = "about the rate, however large the gradient is"
    SELF_SCALED = "what the optimizer finds out itself; the rate is a first guess or a factor near 1"


@dataclass(frozen=True, slots=True)
class Optimizer:
    """A class of optimizers: the default learning rate (None: required) and the constructor's parameters.

    decoupled: weight decay shrinks the weights by itself, apart from the gradient. `result` is the kind of an
    instance: the settings of an optimizer that a trainer will make are OBJECT.
    """

    default_rate: float | None
    parameters: tuple[Parameter, ...]
    stride: Stride = Stride.NORMALISED
    decoupled: bool = False
    result: Kind = Kind.OPTIMIZER


class Target(enum.Enum):
    """What the second part of a dataset's row is."""

    CLASS = "the number of a class"
    MASK = "an image of the numbers of classes"
    UNKNOWN = "something else"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A published dataset of images: the constructor's parameters, how many classes it has, what its targets are."""

    parameters: tuple[Parameter, ...]
    classes: int | None = None
    target: Target = Target.CLASS


@dataclass(frozen=True, slots=True)
class Autocast:
    """What autocast regions of a device do: their dtype unless one is given, and who computes in which dtype.

    `low` operations run in the region's dtype, `full` ones in float32, all others as their operands come.
    `following` are last words of spellings of `full` operations that follow their operands all the same.
    """

    default: Dtype
    low: frozenset[Op]
    full: frozenset[Op]
    following: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Helper:
    """A class whose object runs backward passes for the script, as it scales or distributes them.

    clip: the template of its own clip, of {helper}, {optimizer}, {parameters} and {max_norm}; lines of their own.
    passing: its methods that prepare their arguments and give them back.
    """

    clip: str
    passing: frozenset[str] = frozenset()


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


def dataset(names: str, classes: int | None = None, target: Target = Target.CLASS) -> Dataset:
    return Dataset(parameters(names), classes, target)


def optimizer(
    default_rate: float | None,
    names: str = "params lr",
    stride: Stride = Stride.NORMALISED,
    decoupled: bool = False,
    result: Kind = Kind.OPTIMIZER,
) -> Optimizer:
    return Optimizer(default_rate, parameters(names), stride, decoupled, result)


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
    smooth_at_zero: frozenset[Op] = frozenset()
    """Operations whose gradient it takes to be 0 where mathematics has none: a norm at 0, an angle at the origin."""
    functions: Mapping[str, Call | Overload] = field(default_factory=dict)
    methods: Mapping[str, Call | Overload] = field(default_factory=dict)
    """Of its arrays. `name_` is the in-place form of `name` where `in_place` is set."""
    telling_methods: frozenset[str] = frozenset()
    """Methods that nothing but an array has: calling one tells what the receiver is."""
    in_place: bool = False
    attributes: Mapping[str, Call] = field(default_factory=dict)
    """Of its arrays."""
    detached: frozenset[str] = frozenset()
    """Those through which no gradient flows."""
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
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    """Published datasets."""
    joined_datasets: frozenset[str] = frozenset()
    """Datasets made of a list of datasets, one after the other."""
    splits: frozenset[str] = frozenset()
    """Functions that split a dataset into a list of datasets."""
    halves: frozenset[str] = frozenset()
    """Functions that split each of their arrays in two."""
    optional_layers: frozenset[str] = frozenset()
    """As `sequential`, but any of the layers may be left out."""
    float_info: frozenset[str] = frozenset()
    """Callables that tell the limits of a dtype: `torch.finfo`."""
    pairs: frozenset[str] = frozenset()
    """Functions and methods that return (values, indices) when an axis is given: `max`, `sort`."""
    appliers: frozenset[str] = frozenset()
    """Callables that call their first argument with the others: `torch.utils.checkpoint.checkpoint`."""
    with_mean: frozenset[str] = frozenset()
    """Functions that return the mean beside what they are named for: `std_mean`."""
    wrappers: frozenset[str] = frozenset()
    """Callables that give back their first argument as far as values go: `torch.compile`, `DataParallel`."""
    own_gradient: frozenset[str] = frozenset()
    """Base classes whose methods say what their gradient is: none is recorded in them."""
    no_gradient: frozenset[str] = frozenset()
    """Context managers and decorators under which no gradient is recorded."""
    with_gradient: frozenset[str] = frozenset()
    """Context managers under which it is recorded again."""
    gradient_switch: frozenset[str] = frozenset()
    """Those that take whether it is recorded."""
    autocast: Mapping[str, Autocast] = field(default_factory=dict)
    """By type of device; the first is meant where nothing tells which."""
    autocast_contexts: Mapping[str, Call] = field(default_factory=dict)
    """Context managers and decorators that open such a region: options `device`, `dtype`, `enabled`."""
    default_float_setters: frozenset[str] = frozenset()
    """Functions that change the dtype of new arrays."""
    model_dtypes: frozenset[str] = frozenset()
    """Keywords by which a function that loads a model takes the dtype of its parameters."""
    tensor_types: frozenset[str] = frozenset()
    """Annotations that mean an array."""
    helpers: Mapping[str, Helper] = field(default_factory=dict)
    """Classes of other packages that run parts of the optimisation protocol."""
    rate_keys: Mapping[str, str] = field(default_factory=dict)
    """The attribute of an optimizer that holds its groups of parameters, and the key of the rate in a group."""
    zeroed: Mapping[str, str] = field(default_factory=dict)
    """What hands out memory as it was found, and what makes the same array of zeros."""
    spellings: Mapping[Op, str] = field(default_factory=dict)
    """Templates for fixes: `[torch.logsumexp]({x}, dim={axis})`; `[...]` is replaced by the file's own alias."""
