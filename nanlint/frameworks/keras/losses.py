"""Loss functions and loss classes: the same under the two spellings, and the names by which `compile` takes them."""

from dataclasses import replace

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, parameters

CLIP = 1e-7
"""Probabilities are clipped to [1e-7, 1 - 1e-7] before the logarithm; beyond, there is no gradient.

`recovers_logits`: of an activation of Keras, TensorFlow's backend goes back to what it was applied to.
"""
_STRAY = "fails or is NaN"  # of the sparse loss, for a label that is no class: on a CPU and on a GPU


def _loss(op: Op, options: str = "", flagged: Op | None = None, **fixed: object) -> Call:
    """Predictions are the first operand, although the target comes first by position."""
    operands = parameters("y_pred>input y_true>target")
    rest = parameters(options)
    order = (1, 0, *range(2, 2 + len(rest)))
    flag = None if flagged is None else ("from_logits", flagged)
    return Call(op, operands, rest, tuple(fixed.items()), order=order, flag=flag)


_SMOOTHED = "from_logits label_smoothing axis"
_BINARY = _loss(
    Op.BINARY_CROSS_ENTROPY,
    _SMOOTHED,
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS,
    from_logits=False,
    label_smoothing=0.0,
    clip=CLIP,
    recovers_logits=True,
)
_CATEGORICAL = _loss(
    Op.PROBABILITY_CROSS_ENTROPY,
    _SMOOTHED,
    Op.CROSS_ENTROPY,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
    sparse=False,
    clip=CLIP,
)
_SPARSE = _loss(
    Op.PROBABILITY_CROSS_ENTROPY,
    "from_logits ignore_class>ignore_index axis",
    Op.CROSS_ENTROPY,
    from_logits=False,
    axis=-1,
    sparse=True,
    clip=CLIP,
    below=_STRAY,
    above=_STRAY,
)

LOSSES: dict[tuple[str, str], Call] = {
    ("binary_crossentropy", "BinaryCrossentropy"): _BINARY,
    ("categorical_crossentropy", "CategoricalCrossentropy"): _CATEGORICAL,
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"): _SPARSE,
    ("binary_focal_crossentropy", "BinaryFocalCrossentropy"): _loss(
        Op.OTHER_LOSS, f"apply_class_balancing alpha gamma {_SMOOTHED}"
    ),
    ("categorical_focal_crossentropy", "CategoricalFocalCrossentropy"): _loss(
        Op.OTHER_LOSS, f"alpha gamma {_SMOOTHED}"
    ),
    ("kl_divergence", "KLDivergence"): _loss(Op.OTHER_LOSS, clip=CLIP),
    ("mean_squared_error", "MeanSquaredError"): _loss(Op.SQUARED_ERROR),
    ("mean_absolute_error", "MeanAbsoluteError"): _loss(Op.ABSOLUTE_ERROR),
    ("mean_absolute_percentage_error", "MeanAbsolutePercentageError"): _loss(Op.OTHER_LOSS),
    ("mean_squared_logarithmic_error", "MeanSquaredLogarithmicError"): _loss(Op.OTHER_LOSS),
    ("log_cosh", "LogCosh"): _loss(Op.OTHER_LOSS),
    ("huber", "Huber"): _loss(Op.OTHER_LOSS, "delta"),
    ("hinge", "Hinge"): _loss(Op.OTHER_LOSS),
    ("squared_hinge", "SquaredHinge"): _loss(Op.OTHER_LOSS),
    ("categorical_hinge", "CategoricalHinge"): _loss(Op.OTHER_LOSS),
    ("cosine_similarity", "CosineSimilarity"): _loss(Op.OTHER_LOSS, "axis"),
    ("poisson", "Poisson"): _loss(Op.POISSON_NLL, log_input=False, eps=CLIP),
    ("dice", "Dice"): _loss(Op.OTHER_LOSS, "axis"),
    ("tversky", "Tversky"): _loss(Op.OTHER_LOSS, "alpha beta axis"),
    ("ctc", "CTC"): _loss(Op.CTC_LOSS_WITH_LOGITS),
}

_OLD = {
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
    "bce": "binary_crossentropy",
    "huber_loss": "huber",
}
"""Shorter names, of strings and, in older releases, of functions and classes."""

_FUNCTIONS = {function: made for (function, _), made in LOSSES.items()}
LOSS_FUNCTIONS = {**_FUNCTIONS, **{old: _FUNCTIONS[name] for old, name in _OLD.items()}}
OLD_FUNCTIONS = frozenset(_OLD)


def _constructed(function: str, made: Call) -> Call:
    """The constructor's options in their own order."""
    orders = {"sparse_categorical_crossentropy": "from_logits ignore_class>ignore_index reduction axis"}
    given = parameters(orders[function]) if function in orders else made.options + parameters("reduction")
    if function in ("dice", "tversky"):
        given = tuple(p for p in made.options if p.spelled != "axis") + parameters("reduction name axis")
    return replace(made, options=given, order=(1, 0, *range(2, 2 + len(given))))


LOSS_CLASSES = {loss: _constructed(function, made) for (function, loss), made in LOSSES.items()}

CLASS_OF = {f"keras.losses.{function}": f"keras.losses.{loss}" for function, loss in LOSSES} | {
    f"keras.losses.{loss}": f"keras.losses.{loss}" for _, loss in LOSSES
}

METRICS: dict[str, Call | Overload] = {
    f"keras.metrics.{name}": call(Op.EQUAL, "y_true>x y_pred>y", options)
    for name, options in (
        ("binary_accuracy", "threshold"),
        ("categorical_accuracy", ""),
        ("sparse_categorical_accuracy", ""),
        ("top_k_categorical_accuracy", "k"),
        ("sparse_top_k_categorical_accuracy", "k from_sorted_ids"),
    )
}
"""Functions that say where a prediction is right."""

NAMES = {
    **{name: f"keras.losses.{name}" for name in LOSS_FUNCTIONS},
    **{loss: f"keras.losses.{loss}" for loss in LOSS_CLASSES},
    **{old.upper(): f"keras.losses.{old}" for old in ("mse", "mae", "mape", "msle", "kld", "bce")},
}
"""What `compile(loss=...)` takes as strings."""
