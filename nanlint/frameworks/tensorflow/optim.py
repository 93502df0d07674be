"""Optimizers of TensorFlow 1 with their default learning rates; those of TensorFlow 2 are Keras'."""

from nanlint.frameworks.entries import Optimizer, Stride, optimizer

_DECAYED = "weight_decay learning_rate>lr"
_PROXIMAL = (
    "learning_rate>lr initial_accumulator_value l1_regularization_strength l2_regularization_strength>weight_decay"
)
_PLAIN = Stride.PROPORTIONAL

_TRAIN: dict[str, Optimizer] = {
    "AdadeltaOptimizer": optimizer(0.001, "learning_rate>lr rho epsilon>eps use_locking", Stride.SELF_SCALED),
    "AdagradOptimizer": optimizer(None, "learning_rate>lr initial_accumulator_value use_locking", Stride.SHRINKING),
    "AdagradDAOptimizer": optimizer(
        None,
        "learning_rate>lr global_step initial_gradient_squared_accumulator_value l1_regularization_strength",
        Stride.SHRINKING,
    ),
    "AdamOptimizer": optimizer(0.001, "learning_rate>lr beta1 beta2 epsilon>eps use_locking"),
    "FtrlOptimizer": optimizer(
        None,
        "learning_rate>lr learning_rate_power initial_accumulator_value l1_regularization_strength",
        Stride.SHRINKING,
    ),
    "GradientDescentOptimizer": optimizer(None, "learning_rate>lr use_locking", _PLAIN),
    "MomentumOptimizer": optimizer(None, "learning_rate>lr momentum use_locking use_nesterov>nesterov", _PLAIN),
    "ProximalAdagradOptimizer": optimizer(None, _PROXIMAL, Stride.SHRINKING),
    "ProximalGradientDescentOptimizer": optimizer(
        None, "learning_rate>lr l1_regularization_strength l2_regularization_strength>weight_decay use_locking", _PLAIN
    ),
    "RMSPropOptimizer": optimizer(None, "learning_rate>lr decay>smoothing momentum epsilon>eps use_locking centered"),
}

# By the documentation of release 1.15.
_CONTRIB: dict[str, Optimizer] = {
    "AdamWOptimizer": optimizer(0.001, f"{_DECAYED} beta1 beta2 epsilon>eps use_locking", decoupled=True),
    "MomentumWOptimizer": optimizer(None, f"{_DECAYED} momentum use_locking", _PLAIN, decoupled=True),
    "LazyAdamOptimizer": _TRAIN["AdamOptimizer"],
    "NadamOptimizer": _TRAIN["AdamOptimizer"],
    "AdaMaxOptimizer": _TRAIN["AdamOptimizer"],
    "LARSOptimizer": optimizer(
        None, "learning_rate>lr momentum weight_decay eeta epsilon>eps", Stride.NORMALISED, decoupled=True
    ),
}

OPTIMIZERS: dict[str, Optimizer] = {
    **{f"tensorflow.train.{name}": made for name, made in _TRAIN.items()},
    **{f"tensorflow.contrib.opt.{name}": made for name, made in _CONTRIB.items()},
}
