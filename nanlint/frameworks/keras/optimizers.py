"""Optimizers with their default learning rates, and the names by which `compile` takes them."""

from nanlint.frameworks.entries import Stride, optimizer

_CLIPS = "weight_decay clipnorm>max_norm clipvalue>clip_value global_clipnorm>max_norm use_ema decay lr"
"""Of all, by name; `lr` and `decay` up to Keras 2. The optimizer clips by itself, by tensor unless `global`."""


def _words(leading: str) -> str:
    own = {word.partition(">")[0] for word in leading.split()}
    rest = [word for word in _CLIPS.split() if word not in own]
    return f"learning_rate>lr {leading} {' '.join(rest)}"


_ADAM = "beta_1>beta1 beta_2>beta2 epsilon>eps"

OPTIMIZERS = {
    "Adadelta": optimizer(0.001, _words("rho epsilon>eps"), stride=Stride.SELF_SCALED, decoupled=True),
    "Adafactor": optimizer(
        0.001,
        _words("beta_2_decay>beta2_decay epsilon_1>eps epsilon_2 clip_threshold relative_step"),
        decoupled=True,
    ),
    "Adagrad": optimizer(0.001, _words("initial_accumulator_value epsilon>eps"), Stride.SHRINKING, decoupled=True),
    "Adam": optimizer(0.001, _words(f"{_ADAM} amsgrad"), decoupled=True),
    "AdamW": optimizer(0.001, _words(f"weight_decay {_ADAM} amsgrad"), decoupled=True),
    "Adamax": optimizer(0.001, _words(_ADAM), decoupled=True),
    "Ftrl": optimizer(
        0.001,
        _words(
            "learning_rate_power initial_accumulator_value l1_regularization_strength l2_regularization_strength"
            " l2_shrinkage_regularization_strength beta"
        ),
        Stride.SHRINKING,
        decoupled=True,
    ),
    "Lamb": optimizer(0.001, _words(_ADAM), decoupled=True),
    "Lion": optimizer(0.001, _words("beta_1>beta1 beta_2>beta2"), decoupled=True),
    "Muon": optimizer(
        0.001, _words("adam_beta_1>beta1 adam_beta_2>beta2 adam_weight_decay epsilon>eps weight_decay"), decoupled=True
    ),
    "Nadam": optimizer(0.001, _words(_ADAM), decoupled=True),
    "RMSprop": optimizer(0.001, _words("rho>smoothing momentum epsilon>eps centered"), decoupled=True),
    "SGD": optimizer(0.01, _words("momentum nesterov"), stride=Stride.PROPORTIONAL, decoupled=True),
    "ScheduleFreeAdamW": optimizer(0.0025, _words(f"{_ADAM} warmup_steps"), decoupled=True),
}

NAMES = {
    spelled: f"keras.optimizers.{name}"
    for name in OPTIMIZERS
    if name not in ("Lamb", "ScheduleFreeAdamW", "Muon")
    for spelled in dict.fromkeys((name, name.lower()))
}
"""What `compile(optimizer=...)` takes as strings."""
