"""The entries of a framework's table: what a call, a layer, an optimizer, a dataset is described by. Data only."""

from __future__ import annotations

import enum
from dataclasses import dataclass

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

    `fixed` options, or operands that are numbers, hold unless they are passed. For a method the receiver is the first
    of `parameters`. `result` is the kind of what is returned. `order` numbers operands and options in the framework's
    positional order where that is not operands, then options.
    `flag` is an option and the operation that is performed instead where it is true: `from_logits=True`. Where nobody
    knows whether it is, nothing is known of the result.
    `listed`: the operands come in one list of any length, as `Add()([x, y, z])` takes them.
    """

    op: Op
    operands: tuple[Parameter, ...]
    options: tuple[Parameter, ...] = ()
    fixed: tuple[tuple[str, object], ...] = ()
    result: Kind | None = None
    order: tuple[int, ...] = ()
    flag: tuple[str, Op] | None = None
    listed: bool = False

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
    `counting`: `binary` when what `otherwise` takes as its operand is an integer: `choice(5)` draws from `range(5)`.
    `sized`: `binary` when the arguments behind its operands are extents: `Tensor(3, 4)` against `Tensor([3, 4])`.
    """

    binary: Call
    otherwise: Call
    counted: bool = False
    sized: bool = False
    counting: bool = False


class Stride(enum.Enum):
    """How far one step of an optimizer moves a parameter."""

    PROPORTIONAL = "the rate times the gradient"
    NORMALISED = "about the rate, however large the gradient is"
    SHRINKING = "about the rate at first, then ever less: it is divided by the root of all squared gradients so far"
    SELF_SCALED = "what the optimizer finds out itself; the rate is a first guess or a factor near 1"


class Part(enum.Enum):
    """What a transformation of gradients does of an optimizer's work."""

    WHOLE = "all of it: what comes out is added to the parameters"
    DIRECTION = "divides the gradients by what they were before, or adds them to it"
    LENGTH = "multiplies by the rate"


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
    part: Part = Part.WHOLE


class Target(enum.Enum):
    """What the second part of a dataset's row is."""

    CLASS = "the number of a class"
    MASK = "an image of the numbers of classes"
    UNKNOWN = "something else"


class Flow(enum.Enum):
    """What a dataset's rows are made of, or what one of its methods makes of them."""

    SLICED = "of each array an element"
    WHOLE = "the arrays themselves"
    ZIPPED = "of each dataset a row"
    SAME = "the same rows, or some of them, in batches or in another order"
    MAPPED = "what a function makes of each row, or the rows of the dataset that it makes"
    ROW = "a single row"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A published dataset of images: the constructor's parameters, how many classes it has, what its targets are.

    Not `images`: of words or measurements. `arrays` is the framework of its arrays where it comes as such.
    """

    parameters: tuple[Parameter, ...]
    classes: int | None = None
    target: Target = Target.CLASS
    images: bool = True
    arrays: str = ""


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


class Run(enum.Enum):
    """How a function that takes functions runs them."""

    FOLD = "value = function(value, x) for each x of `xs`, from `init` or the first x; gives the last value, or all"
    SCAN = "carry, y = function(carry, x) for each x of `xs`; gives the last carry and all y"
    COUNTED = "value = function(i, value) from `lower` up to `upper`; gives the last value"
    WHILE = "value = function(value) while condition(value); gives the last value"
    SPREAD = "values = function(*values) while condition(*values); gives the last values"
    BRANCH = "then(*operands) where the condition holds, else otherwise(*operands)"
    SWITCH = "one of `branches`, or `otherwise`, called with the operands"
    CASE = "the function of the first pair (condition, function) of `branches` that holds, else `otherwise`"
    MAP = "function(x) for each x of `xs`; gives all results"
    STATELESS = "function(*xs, **named), a model with parameters of its own or others; one x may be alone"
    LINEAR = "function(*operands), or function(*xs), and beside it its derivative"
    EACH_LEAF = "function(leaf, ...) for each leaf of the first tree and those in its place in others; gives a tree"


@dataclass(frozen=True, slots=True)
class Control:
    """A function that takes functions: how it runs them, and its parameters under the names that `Run` gives them."""

    run: Run
    parameters: tuple[Parameter, ...]


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


def dataset(
    names: str, classes: int | None = None, target: Target = Target.CLASS, images: bool = True, arrays: str = ""
) -> Dataset:
    return Dataset(parameters(names), classes, target, images, arrays)


def optimizer(
    default_rate: float | None,
    names: str = "params lr",
    stride: Stride = Stride.NORMALISED,
    decoupled: bool = False,
    result: Kind = Kind.OPTIMIZER,
    part: Part = Part.WHOLE,
) -> Optimizer:
    return Optimizer(default_rate, parameters(names), stride, decoupled, result, part)
