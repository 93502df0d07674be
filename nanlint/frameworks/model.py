"""The form of a framework's table: spelling to operation and back. Data only."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Autocast, Call, Control, Dataset, Flow, Helper, Optimizer, Overload


class Promotion(enum.Enum):
    """In which dtype arrays and numbers meet. Python's numbers always take that of the array."""

    NUMBERS = "NumPy's numbers do, too"
    RANKED = "NumPy's numbers do, too; of floats, arrays without dimensions take that of those with some"
    OWN = "NumPy's numbers and arrays take that of the framework's own"
    CUT = (
        "NumPy's numbers count as arrays, arrays of Python's numbers do not; nothing is wider than the float that the "
        "framework is set up for"
    )
    WIDE = "NumPy's numbers count as arrays; whole numbers and a float give float64"


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
    promotion: Promotion = Promotion.NUMBERS
    outputs_last: bool = False
    """Whether the last axis of weights counts their outputs, not the first, where a function takes them."""
    flushes: bool = False
    """Whether it computes 0 for what is smaller than the smallest normal number."""
    refused_below: frozenset[str] = frozenset()
    """Settings of optimizers whose constructors raise for a number below those for which an update is defined."""
    refused_above: frozenset[str] = frozenset()
    """And for one above them."""
    refuses_large: frozenset[Op] = frozenset()
    """Operations that raise where a number does not fit into an array's dtype; others make it infinite in silence."""
    exact_numbers: bool = False
    """Whether a Python number is not rounded to the dtype of the array that it is multiplied with."""
    widened: frozenset[Op] = frozenset()
    """Operations that compute with float16 numbers in float32 inside, so that their squares do not overflow."""
    accumulates: bool = False
    """Whether a backward pass adds its gradients to those that are there."""
    companion: str = ""
    """The framework that spells what this one has no function for, in files that import it: SciPy for NumPy."""
    arrays: str = ""
    """The framework whose arrays its functions take and give, where it has none of its own: NumPy for SciPy."""
    channels_last: bool = False
    """Whether images have their channels on the last axis, unless a layer is told otherwise."""
    chooses_axis: bool = False
    """Whether a softmax that is given no axis chooses one: of two, the last."""
    clamps_indices: bool = False
    """Whether an index beyond the end picks the last element, instead of an error."""
    label_check: str = ""
    """Template of the lines that raise unless `labels` are indices of the classes of `scores`."""
    identity: str = ""
    """The layer that hands on what it is given."""
    with_logits: Mapping[str, str] = field(default_factory=dict)
    """Losses of probabilities, and what the same losses of logits are called."""
    loss_classes: Mapping[str, str] = field(default_factory=dict)
    """The class of a loss by the name of the function."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other beginnings of dotted names and what they stand for: `tensorflow.keras` for `keras`."""
    removed: frozenset[str] = frozenset()
    """Names of functions that only older releases have: they are read, and no fix writes them."""
    former: Mapping[str, str] = field(default_factory=dict)
    """Names and what fixes write for them in files written for older releases: `keras.backend.maximum`."""
    former_arrays: str = ""
    """The framework whose arrays these handle, and which spells what they lack, in files that import it."""
    smooth_at_zero: frozenset[Op] = frozenset()
    """Operations whose gradient it takes to be 0 where mathematics has none: a norm at 0, an angle at the origin."""
    masking: frozenset[Op] = frozenset()
    """Operations whose backward multiplies by a mask, not selects: of an infinite gradient it makes NaN, not 0."""
    quiet_backward: frozenset[Op] = frozenset()
    """Operations whose backward gives 0 for a gradient of 0 at their poles, too, unless they are compiled by XLA."""
    raising: frozenset[Op] = frozenset()
    """Operations that raise where others give NaN or infinity: of a singular matrix, or the largest of nothing."""
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
    """Classes whose instances, called, perform the operation; `options` are the constructor's parameters.

    What the option `activation` names is applied to the result.
    """
    strings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What stands for a dotted name as a string, by the option that takes it: `activation`, `loss`, `optimizer`."""
    getters: Mapping[str, str] = field(default_factory=dict)
    """Functions that give what their argument stands for as such an option: `keras.activations.get("relu")`."""
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
    prepare: str = ""
    """The method that runs before the first of these calls, to make the weights."""
    own_step: str = ""
    """The method by which a class of models trains on a batch itself, called by `fit`."""
    graphs: frozenset[str] = frozenset()
    """Constructors of models that compute `outputs` from `inputs`, which are symbolic: `Model(inputs, outputs)`."""
    parting: frozenset[str] = frozenset()
    """Functions that part a model in pieces, as its parameters and the rest; each piece stands for the model."""
    functional_call: str = ""
    """The method that calls a model with the parameters as its first argument: `model.apply(parameters, x)`."""
    sequential: frozenset[str] = frozenset()
    containers: frozenset[str] = frozenset()
    loaders: frozenset[str] = frozenset()
    """Classes that batch the rows of a dataset."""
    column_datasets: frozenset[str] = frozenset()
    """Datasets made of one array for each part of a row."""
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    """Published datasets."""
    loaded_datasets: Mapping[str, Dataset] = field(default_factory=dict)
    """Functions that give a published dataset whole: ((inputs, targets), (inputs, targets)), to train and to test."""
    image_folders: Mapping[str, Dataset] = field(default_factory=dict)
    """Functions that give batches of images and labels from a folder, as floats from 0 to 255."""
    joined_datasets: frozenset[str] = frozenset()
    """Datasets made of a list of datasets, one after the other."""
    sources: Mapping[str, Flow] = field(default_factory=dict)
    """Functions that make a dataset of arrays or of datasets."""
    flows: Mapping[str, Flow] = field(default_factory=dict)
    """Methods of datasets."""
    splits: frozenset[str] = frozenset()
    """Functions that split a dataset into a list of datasets."""
    halves: frozenset[str] = frozenset()
    """Functions that split each of their arrays in two."""
    optional_layers: frozenset[str] = frozenset()
    """As `sequential`, but any of the layers may be left out."""
    dtype_limits: bool = False
    """Whether an array's dtype tells its limits itself, as `x.dtype.min`."""
    lowest: str = ""
    """What fixes hide a float32 score with where no array tells its limits: far below all scores, and finite."""
    mean_or_zero: str = ""
    """Template of the mean of {x}, 0 where that is empty, for a framework whose arrays have no methods for it."""
    float_info: frozenset[str] = frozenset()
    """Callables that tell the limits of a dtype: `torch.finfo`."""
    pairs: frozenset[str] = frozenset()
    """Functions and methods that return (values, indices) when an axis is given: `max`, `sort`."""
    derivatives: Mapping[str, Call] = field(default_factory=dict)
    """Callables that make of a function the one that computes its gradient: options `argnums`, `has_aux`; fixed
    `with_value`: it gives (the function's value, the gradient); `value_last`: the other way round."""
    control: Mapping[str, Control] = field(default_factory=dict)
    """Loops and branches that the framework runs itself."""
    updates: Mapping[str, Op] = field(default_factory=dict)
    """Methods of `x.at[index]` that give an array with other elements there: what each of them becomes."""
    states: Mapping[str, Call] = field(default_factory=dict)
    """Constructors of objects that hold parameters and the optimizer which updates them."""
    appliers: frozenset[str] = frozenset()
    """Callables that call their first argument with the others: `torch.utils.checkpoint.checkpoint`."""
    with_mean: frozenset[str] = frozenset()
    """Functions that return the mean beside what they are named for: `std_mean`."""
    mean_first: frozenset[str] = frozenset()
    """Functions that return the mean before the variance: `moments`."""
    assertions: frozenset[str] = frozenset()
    """Functions that raise unless what they compare holds for all elements."""
    wrappers: frozenset[str] = frozenset()
    """Callables that give back their first argument as far as values go: `torch.compile`, `DataParallel`."""
    own_gradient: frozenset[str] = frozenset()
    """Base classes whose methods say what their gradient is: none is recorded in them."""
    custom_gradients: frozenset[str] = frozenset()
    """Decorators of functions that say it."""
    gradient_beside: frozenset[str] = frozenset()
    """Decorators of functions that give (value, function of the gradient); called, they give the value."""
    gradient_rules: frozenset[str] = frozenset()
    """Methods by which a function of `custom_gradients` is told the functions of its gradient: `defvjp`."""
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
    fitting: frozenset[str] = frozenset()
    """Methods by which its layers learn from data."""
    applying: Mapping[str, bool] = field(default_factory=dict)
    """Methods by which they are applied, and whether they learn from the same data first."""
    numbering: frozenset[str] = frozenset()
    """Functions and methods that number classes and give (numbers, classes)."""
    layer_float: Dtype | None = None
    """To what layers and losses cast floating arrays before they compute, unless a policy says otherwise."""
    policy_setters: frozenset[str] = frozenset()
    """Functions that set this policy for all layers: `set_global_policy("mixed_float16")`."""
    default_float_setters: frozenset[str] = frozenset()
    """Functions that change the dtype of new arrays."""
    double_flag: tuple[str, str] | None = None
    """The function and the flag that switch on 64-bit floats, which are cut to float32 without it."""
    model_dtypes: frozenset[str] = frozenset()
    """Keywords by which a function that loads a model takes the dtype of its parameters."""
    tensor_types: frozenset[str] = frozenset()
    """Annotations that mean an array."""
    loss_scaler: str = ""
    """What multiplies losses so that gradients in float16 do not vanish, and divides the gradients again."""
    scales_half: bool = True
    """Whether that takes gradients of parameters which are float16 themselves."""
    helpers: Mapping[str, Helper] = field(default_factory=dict)
    """Classes of other packages that run parts of the optimisation protocol."""
    keepers: Mapping[str, str] = field(default_factory=dict)
    """Methods by which an object keeps the arguments of its constructor, and the attribute that holds them."""
    rate_keys: Mapping[str, str] = field(default_factory=dict)
    """The attribute of an optimizer that holds its groups of parameters, and the key of the rate in a group."""
    rate_attributes: frozenset[str] = frozenset()
    """Attributes of an optimizer that are its rate."""
    setters: frozenset[str] = frozenset()
    """Functions, and after a dot methods, that give a variable, their first argument, another value, the second."""
    scaled_initializer: str = ""
    """The function that fills weights, its argument, with draws of a size that suits the number of their inputs."""
    zeroed: Mapping[str, str] = field(default_factory=dict)
    """What hands out memory as it was found, and what makes the same array of zeros."""
    spellings: Mapping[Op, str] = field(default_factory=dict)
    """Templates for fixes: `[torch.logsumexp]({x}, dim={axis!}, keepdim={keepdim})`.

    `[...]` is replaced by the file's own alias. A keyword whose part is missing is left out, unless `!` says that the
    function has no default for it. `{x()}` is in parentheses unless it is an atom.
    """
    without_axis: Mapping[Op, str] = field(default_factory=dict)
    """Templates for operations over all elements, or along the axis that it chooses, where `spellings` want an axis."""
    exact_spellings: Mapping[Op, str] = field(default_factory=dict)
    """Templates for float64, where those of `spellings` lose digits: torch's softplus is x from 20 on."""
    idle_keywords: frozenset[str] = frozenset()
    """Keywords that change nothing in what its functions compute: `name`."""
    same_shapes: frozenset[Op] = frozenset()
    """Operations whose template takes arrays of one shape only, though the operation does not."""
    first_axes: frozenset[Op] = frozenset()
    """Operations whose template takes no axis that is counted from the last, as -1 is."""
    log_counts: Mapping[bool, str] = field(default_factory=dict)
    """Templates for the logarithm of the number of elements of {x}: False along {axis}, True of all."""
    logit_losses: Mapping[Op, str] = field(default_factory=dict)
    """What remedies call the losses that take logits and labels from 0 to 1."""
    number_log: str = "math.log"
    """The function by which fixes take the logarithm of a number."""
