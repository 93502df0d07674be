"""Optimizers with their default learning rates, and the schedules that set a rate of their own."""

from nanlint.domain.value import Kind
from nanlint.frameworks.entries import Stride, optimizer, words

_ADAM = "params lr betas eps weight_decay"

OPTIMIZERS = {
    "ASGD": optimizer(0.01, "params lr lambd alpha t0 weight_decay", stride=Stride.PROPORTIONAL),
    "Adadelta": optimizer(1.0, "params lr rho eps weight_decay", stride=Stride.SELF_SCALED),
    "Adafactor": optimizer(0.01, "params lr beta2_decay eps>small d weight_decay", decoupled=True),
    "Adagrad": optimizer(0.01, "params lr lr_decay weight_decay initial_accumulator_value eps", Stride.SHRINKING),
    "Adam": optimizer(0.001, f"{_ADAM} amsgrad"),
    "AdamW": optimizer(0.001, f"{_ADAM} amsgrad", decoupled=True),
    "Adamax": optimizer(0.002, _ADAM),
    "LBFGS": optimizer(
        1.0,
        "params lr max_iter max_eval tolerance_grad tolerance_change history_size line_search_fn",
        stride=Stride.SELF_SCALED,
    ),
    "Muon": optimizer(0.001, "params lr weight_decay momentum nesterov ns_coefficients eps", decoupled=True),
    "NAdam": optimizer(0.002, f"{_ADAM} momentum_decay"),
    "RAdam": optimizer(0.001, _ADAM),
    "RMSprop": optimizer(0.01, "params lr alpha>smoothing eps weight_decay momentum centered"),
    "Rprop": optimizer(0.01, "params lr etas step_sizes", stride=Stride.SELF_SCALED),
    "SGD": optimizer(0.001, "params lr momentum dampening weight_decay nesterov", stride=Stride.PROPORTIONAL),
    "SparseAdam": optimizer(0.001, "params lr betas eps"),
}

_TRAINING_ARGUMENTS = optimizer(
    5e-5,
    "output_dir learning_rate>lr weight_decay adam_beta1>beta1 adam_beta2>beta2 adam_epsilon>eps"
    " max_grad_norm>max_norm",
    decoupled=True,
    result=Kind.OBJECT,
)
"""Settings of the AdamW that the trainer makes; but for the first, they are given by name."""
_TRL_CONFIGS = words("SFTConfig DPOConfig GRPOConfig RewardConfig KTOConfig RLOOConfig")

# Other packages' optimizers that PyTorch scripts construct.
OTHER_OPTIMIZERS = {
    "transformers.AdamW": optimizer(0.001, f"{_ADAM} correct_bias no_deprecation_warning"),
    "transformers.optimization.AdamW": optimizer(0.001, f"{_ADAM} correct_bias no_deprecation_warning"),
    "transformers.Adafactor": optimizer(
        None, "params lr eps clip_threshold decay_rate beta1 weight_decay scale_parameter relative_step warmup_init"
    ),
    "transformers.optimization.Adafactor": optimizer(
        None, "params lr eps clip_threshold decay_rate beta1 weight_decay scale_parameter relative_step warmup_init"
    ),
    "apex.optimizers.FusedAdam": optimizer(0.001, "params lr bias_correction betas eps adam_w_mode weight_decay"),
    **{f"transformers.{name}": _TRAINING_ARGUMENTS for name in ("TrainingArguments", "Seq2SeqTrainingArguments")},
    "transformers.training_args.TrainingArguments": _TRAINING_ARGUMENTS,
    **{f"trl.{name}": _TRAINING_ARGUMENTS for name in _TRL_CONFIGS},
}

_MODULES = {name: name.lower() for name in OPTIMIZERS} | {
    "SparseAdam": "sparse_adam",
    "Adafactor": "_adafactor",
    "Muon": "_muon",
}

ALL_OPTIMIZERS = {
    **{f"torch.optim.{name}": made for name, made in OPTIMIZERS.items()},
    **{f"torch.optim.{_MODULES[name]}.{name}": made for name, made in OPTIMIZERS.items()},
    **OTHER_OPTIMIZERS,
}
