"""`keras.random`, and initialisers: objects that, called with a shape, draw the weights of a layer."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_SHAPED = "shape>size mean stddev>std dtype"

RANDOM: dict[str, Call | Overload] = {
    "keras.random.normal": call(Op.NORMAL, "", _SHAPED, mean=0.0, std=1.0),
    "keras.random.truncated_normal": call(Op.NORMAL, "", _SHAPED, mean=0.0, std=1.0),
    "keras.random.uniform": call(Op.UNIFORM, "", "shape>size minval>low maxval>high dtype", low=0.0, high=1.0),
    "keras.random.randint": call(Op.RANDOM_INTEGER, "", "shape>size minval>low maxval>high dtype"),
    "keras.random.binomial": call(Op.RANDOM_INTEGER, "", "shape>size counts probabilities dtype", low=0),
    "keras.random.beta": call(Op.UNIFORM, "", "shape>size alpha beta dtype", low=0.0, high=1.0, closed=True),
    "keras.random.gamma": call(Op.UNIFORM, "", "shape>size alpha dtype seed", low=0.0, high=float("inf")),
    "keras.random.categorical": call(Op.ARGMAX, "logits>x", "num_samples dtype seed"),
    "keras.random.shuffle": call(Op.RESHAPE, "x", "axis seed"),
    "keras.random.dropout": call(Op.DROPOUT, "inputs>x", "rate>p noise_shape seed"),
}

_NORMAL = call(Op.NORMAL, "", "mean stddev>std seed", mean=0.0, std=0.05)
_UNIFORM = call(Op.UNIFORM, "", "minval>low maxval>high seed", low=-0.05, high=0.05)
_SCALED = call(Op.WEIGHT, "", "seed")
"""With a spread that falls with the number of inputs."""

_INITIALIZERS: dict[tuple[str, str], Call] = {
    ("zeros", "Zeros"): call(Op.FULL, "", value=0),
    ("ones", "Ones"): call(Op.FULL, "", value=1),
    ("constant", "Constant"): call(Op.FULL, "", "value", value=0.0),
    ("identity", "Identity"): call(Op.EYE, "", "gain"),
    ("random_normal", "RandomNormal"): _NORMAL,
    ("truncated_normal", "TruncatedNormal"): _NORMAL,
    ("random_uniform", "RandomUniform"): _UNIFORM,
    ("glorot_normal", "GlorotNormal"): _SCALED,
    ("glorot_uniform", "GlorotUniform"): _SCALED,
    ("he_normal", "HeNormal"): _SCALED,
    ("he_uniform", "HeUniform"): _SCALED,
    ("lecun_normal", "LecunNormal"): _SCALED,
    ("lecun_uniform", "LecunUniform"): _SCALED,
    ("orthogonal", "Orthogonal"): call(Op.WEIGHT, "", "gain seed"),
    ("variance_scaling", "VarianceScaling"): call(Op.WEIGHT, "", "scale mode distribution seed"),
}
_OLD = {"normal": "random_normal", "uniform": "random_uniform", "one": "ones", "zero": "zeros"}

_FUNCTIONS = {name: made for (name, _), made in _INITIALIZERS.items()}
_CLASSES = {name: made for (_, name), made in _INITIALIZERS.items()}

INITIALIZERS: dict[str, Call] = {
    f"keras.initializers.{name}": made
    for name, made in {**_FUNCTIONS, **_CLASSES, **{old: _FUNCTIONS[name] for old, name in _OLD.items()}}.items()
}

OLD_INITIALIZERS = frozenset(_OLD)

NAMES = {dotted.rpartition(".")[2]: dotted for dotted in INITIALIZERS}
"""What layers take as strings."""
