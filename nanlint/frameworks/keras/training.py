"""How Keras trains: what models, optimizers and callbacks have as methods."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_COMPILE = call(Op.COMPILE, "self", "optimizer loss metrics loss_weights", result=Kind.NONE)
_FIT = call(Op.FIT, "self", "x y batch_size epochs verbose callbacks", result=Kind.OBJECT)
_GENERATED = call(Op.FIT, "self", "generator>x steps_per_epoch epochs verbose callbacks", result=Kind.OBJECT)
_ON_BATCH = call(Op.FIT, "self", "x y sample_weight class_weight", result=Kind.NUMBER)
_EVALUATE = call(Op.PREDICT, "self", "x y batch_size verbose", result=Kind.NUMBER)
_PREDICT = call(Op.PREDICT, "self", "x batch_size verbose steps", result=Kind.TENSOR)

_OF_MODELS: dict[str, Call] = {
    "compile": _COMPILE,
    "fit": _FIT,
    "fit_generator": _GENERATED,
    "train_on_batch": _ON_BATCH,
    "evaluate": _EVALUATE,
    "test_on_batch": call(Op.PREDICT, "self", "x y sample_weight", result=Kind.NUMBER),
    "predict": _PREDICT,
    "predict_on_batch": call(Op.PREDICT, "self", "x", result=Kind.TENSOR),
    "predict_proba": _PREDICT,
}

_OF_OPTIMIZERS: dict[str, Call] = {
    "apply_gradients": call(Op.STEP, "self", "grads_and_vars>gradients", result=Kind.NONE),
    "apply": call(Op.STEP, "self", "grads>gradients trainable_variables", result=Kind.NONE),
    "minimize": call(Op.MINIMIZE, "self", "loss var_list", result=Kind.OBJECT),
    "get_gradients": call(Op.BACKWARD, "loss>x self", "params>parameters", result=Kind.UNKNOWN, order=(1, 0, 2)),
    "get_updates": call(Op.MINIMIZE, "self", "loss params>var_list", result=Kind.OBJECT),
    # of LossScaleOptimizer, which stands for the optimizer that it wraps
    "get_scaled_loss": call(Op.MULTIPLY, "loss>x self>y", result=Kind.TENSOR, order=(1, 0)),
    "scale_loss": call(Op.MULTIPLY, "loss>x self>y", result=Kind.TENSOR, order=(1, 0)),
    "get_unscaled_gradients": call(Op.UNSCALE, "grads>gradients self", result=Kind.UNKNOWN, order=(1, 0)),
}

_OF_LAYERS: dict[str, Call] = {
    "add_weight": call(Op.WEIGHT, "self", "shape>size initializer dtype trainable name"),
    "add_variable": call(Op.WEIGHT, "self", "name shape>size dtype initializer trainable"),
}

_OF_GENERATORS: dict[str, Call] = {
    "flow": call(Op.ITERATE, "self", "x y batch_size shuffle"),
    "flow_from_directory": call(Op.ITERATE, "self", "directory target_size color_mode classes class_mode"),
    "flow_from_dataframe": call(Op.ITERATE, "self", "dataframe directory x_col y_col weight_col class_mode"),
}

PROTOCOL: dict[tuple[Kind, str], Call] = {
    **{(kind, name): entry for name, entry in _OF_MODELS.items() for kind in (Kind.MODEL, Kind.LAYER)},
    **{(Kind.MODEL, name): entry for name, entry in _OF_LAYERS.items()},
    **{(Kind.LAYER, name): entry for name, entry in _OF_GENERATORS.items()},
    **{(Kind.OPTIMIZER, name): entry for name, entry in _OF_OPTIMIZERS.items()},
}

# a schedule stands for the rate that it begins with
_DECAYS = {
    f"keras.optimizers.schedules.{name}": call(Op.COPY, f"{first}>x", options, result=Kind.NUMBER)
    for name, first, options in (
        ("ExponentialDecay", "initial_learning_rate", "decay_steps decay_rate staircase"),
        ("InverseTimeDecay", "initial_learning_rate", "decay_steps decay_rate staircase"),
        ("PolynomialDecay", "initial_learning_rate", "decay_steps end_learning_rate power"),
        ("CosineDecay", "initial_learning_rate", "decay_steps alpha name warmup_target"),
        ("CosineDecayRestarts", "initial_learning_rate", "first_decay_steps t_mul m_mul"),
    )
}
SCHEDULES: dict[str, Call | Overload] = {
    **_DECAYS,
    "keras.optimizers.schedules.PiecewiseConstantDecay": call(
        Op.COPY, "values>x", "boundaries name", result=Kind.NUMBER, order=(1, 0, 2)
    ),
}

CALLBACKS: dict[str, Call] = {"keras.callbacks.LearningRateScheduler": call(Op.SET_RATE, "", "schedule verbose")}
"""What sets the rate of the optimizer while a model is fitted: `schedule` is a function of the epoch."""

_CALLBACKS = words(
    """
    Callback TerminateOnNaN EarlyStopping ModelCheckpoint ReduceLROnPlateau TensorBoard CSVLogger
    LambdaCallback History BackupAndRestore
    """
)

OBJECTS: dict[str, Kind] = {
    "keras.optimizers.Optimizer": Kind.OPTIMIZER,
    "keras.models.load_model": Kind.MODEL,
    "keras.saving.load_model": Kind.MODEL,
    "keras.models.model_from_json": Kind.MODEL,
    **{f"keras.callbacks.{name}": Kind.OBJECT for name in _CALLBACKS},
}

LOSS_SCALERS = frozenset(
    f"keras.{module}.LossScaleOptimizer" for module in ("mixed_precision", "mixed_precision.experimental", "optimizers")
)

POLICIES = frozenset({"keras.mixed_precision.Policy", "keras.mixed_precision.DTypePolicy", "keras.DTypePolicy"})
"""A policy stands for its name."""
POLICY_SETTERS = frozenset(
    {
        "keras.mixed_precision.set_global_policy",
        "keras.mixed_precision.set_dtype_policy",
        "keras.config.set_dtype_policy",
        "keras.mixed_precision.set_policy",
        "keras.backend.set_floatx",
        "keras.config.set_floatx",
    }
)
