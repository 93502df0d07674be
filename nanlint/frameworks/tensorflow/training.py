"""The optimisation protocol: gradients, clips, what optimizers do, estimators that train by themselves."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.tensorflow.data import DATASETS

_GRADIENTS = "xs>parameters grad_ys gate_gradients aggregation_method stop_gradients"
_CLIP = call(Op.CLIP_GRADIENT, "t>parameters", "clip_norm>max_norm axes")

TRAINING: dict[str, Call | Overload] = {
    "tensorflow.gradients": call(Op.BACKWARD, "ys>x", _GRADIENTS, result=Kind.UNKNOWN),
    "tensorflow.clip_by_norm": _CLIP,
    "tensorflow.clip_by_global_norm": call(
        Op.CLIP_GRADIENT, "t_list>parameters", "clip_norm>max_norm use_norm", result=Kind.SEQUENCE
    ),
    **{
        f"tensorflow.debugging.{name}": call(Op.COPY, operands, "message")
        for name, operands in {"check_numerics": "tensor>x", "assert_all_finite": "x"}.items()
    },
}

_RATE = "decay_steps decay_rate staircase"
_DECAYS = {
    "exponential_decay": f"global_step {_RATE}",
    "natural_exp_decay": f"global_step {_RATE}",
    "inverse_time_decay": f"global_step {_RATE}",
    "polynomial_decay": "global_step decay_steps end_learning_rate power cycle",
    "cosine_decay": "global_step decay_steps alpha",
    "cosine_decay_restarts": "global_step first_decay_steps t_mul m_mul alpha",
    "linear_cosine_decay": "global_step decay_steps num_periods alpha beta",
    "noisy_linear_cosine_decay": "global_step decay_steps initial_variance variance_decay num_periods alpha beta",
}
_CONSTANT = call(Op.COPY, "values>x", "x>global_step boundaries", result=Kind.NUMBER, order=(1, 2, 0))

_ESTIMATORS = {
    "DNNClassifier": (
        "hidden_units feature_columns model_dir n_classes weight_column_name optimizer activation_fn dropout"
        " gradient_clip_norm>max_norm"
    ),
    "DNNRegressor": (
        "hidden_units feature_columns model_dir weight_column_name optimizer activation_fn dropout"
        " gradient_clip_norm>max_norm"
    ),
}
"""By the documentation of release 1.15."""

OLD_TRAINING: dict[str, Call | Overload] = {
    # a schedule stands for the rate that it begins with
    **{
        f"tensorflow.train.{name}": call(Op.COPY, "learning_rate>x", options, result=Kind.NUMBER)
        for name, options in _DECAYS.items()
    },
    "tensorflow.train.piecewise_constant": _CONSTANT,
    "tensorflow.train.piecewise_constant_decay": _CONSTANT,
    "tensorflow.clip_by_average_norm": call(Op.CLIP_GRADIENT, "t>parameters", "clip_norm>max_norm"),
    "tensorflow.check_numerics": TRAINING["tensorflow.debugging.check_numerics"],
    "tensorflow.verify_tensor_all_finite": call(Op.COPY, "t>x", "msg>message x message"),
    **{
        f"tensorflow.contrib.learn.{name}": call(Op.TRAINER, "", options, result=Kind.TRAINER)
        for name, options in _ESTIMATORS.items()
    },
}

PROTOCOL: dict[tuple[Kind, str], Call] = {
    (Kind.OPTIMIZER, "minimize"): call(
        Op.MINIMIZE, "self", "loss global_step var_list gate_gradients", result=Kind.OBJECT
    ),
    (Kind.OPTIMIZER, "compute_gradients"): call(
        Op.BACKWARD,
        "loss>x self",
        "var_list>parameters gate_gradients aggregation_method",
        result=Kind.UNKNOWN,
        order=(1, 0, 2, 3, 4),
    ),
    (Kind.OPTIMIZER, "apply_gradients"): call(
        Op.STEP, "self", "grads_and_vars>gradients global_step skip_gradients_aggregation", result=Kind.NONE
    ),
    (Kind.TAPE, "gradient"): call(
        Op.BACKWARD,
        "target>x self",
        "sources>parameters output_gradients unconnected_gradients",
        result=Kind.UNKNOWN,
        order=(1, 0, 2, 3, 4),
    ),
    (Kind.TAPE, "jacobian"): call(
        Op.OPAQUE,
        "target>x self",
        "sources unconnected_gradients parallel_iterations",
        result=Kind.UNKNOWN,
        order=(1, 0, 2, 3, 4),
    ),
    (Kind.TAPE, "batch_jacobian"): call(
        Op.OPAQUE,
        "target>x self",
        "source unconnected_gradients parallel_iterations",
        result=Kind.UNKNOWN,
        order=(1, 0, 2, 3, 4),
    ),
    (Kind.TRAINER, "fit"): call(
        Op.FIT,
        "self",
        "x y input_fn steps batch_size monitors",
        result=Kind.OBJECT,
        below="fails or is NaN",
        above="fails or is NaN",
    ),
}

OBJECTS: dict[str, Kind] = {
    "tensorflow.GradientTape": Kind.TAPE,
    **DATASETS,
    "tensorflow.train.Checkpoint": Kind.OBJECT,
}
_SESSIONS = ("Session", "InteractiveSession", "train.MonitoredSession", "train.MonitoredTrainingSession")
OLD_OBJECTS: dict[str, Kind] = {
    "tensorflow.train.Optimizer": Kind.OPTIMIZER,
    **{f"tensorflow.{name}": Kind.SESSION for name in _SESSIONS},
    "tensorflow.train.Saver": Kind.OBJECT,
}

GRADIENT_BESIDE = frozenset({"tensorflow.custom_gradient"})
WRAPPERS = GRADIENT_BESIDE | {"tensorflow.function", "tensorflow.recompute_grad", "tensorflow.autograph.to_graph"}
