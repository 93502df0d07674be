"""Optax: losses, optimizers with their default rates, transformations of gradients, schedules."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Optimizer, Overload, Part, Stride, call, optimizer, words

# losses, one for each example

_SHARES = call(Op.CROSS_ENTROPY, "logits>input labels>target", "axis where", axis=-1, sparse=False, reduction="none")
_CLASSES = call(
    Op.CROSS_ENTROPY,
    "logits>input labels>target",
    "axis where",
    axis=-1,
    sparse=True,
    below="wraps",
    above="nan",
    reduction="none",
)
_ERROR = call(Op.SQUARED_ERROR, "predictions>input targets>target", reduction="none")
_OTHER = call(Op.OTHER_LOSS, "predictions>input targets>target", reduction="none")

LOSSES: dict[str, Call | Overload] = {
    "softmax_cross_entropy": _SHARES,
    "softmax_cross_entropy_with_integer_labels": _CLASSES,
    "safe_softmax_cross_entropy": call(
        Op.CROSS_ENTROPY, "logits>input labels>target", axis=-1, sparse=False, reduction="none"
    ),
    "sigmoid_binary_cross_entropy": call(
        Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, "logits>input labels>target", reduction="none"
    ),
    "sigmoid_focal_loss": call(Op.OTHER_LOSS, "logits>input labels>target", "alpha gamma", reduction="none"),
    "kl_divergence": call(
        Op.KL_DIVERGENCE, "log_predictions>input targets>target", "axis where", reduction="none", log_target=False
    ),
    "convex_kl_divergence": call(
        Op.KL_DIVERGENCE, "log_predictions>input targets>target", "axis where", reduction="none", log_target=False
    ),
    "l2_loss": _ERROR,
    "squared_error": _ERROR,
    "huber_loss": call(Op.OTHER_LOSS, "predictions>input targets>target", "delta", reduction="none"),
    "log_cosh": _OTHER,
    "hinge_loss": call(Op.OTHER_LOSS, "predictor_outputs>input targets>target", reduction="none"),
    "cosine_similarity": call(
        Op.COSINE_SIMILARITY, "predictions>x targets>y", "epsilon>eps axis where", eps=0.0, axis=-1
    ),
    "cosine_distance": call(Op.OTHER_LOSS, "predictions>input targets>target", "epsilon>eps axis where", eps=0.0),
    "ctc_loss": call(
        Op.CTC_LOSS_WITH_LOGITS,
        "logits>input labels>target",
        "logit_paddings label_paddings blank_id log_epsilon",
        order=(0, 2, 1, 3, 4, 5),
    ),
    "ntxent": call(Op.OTHER_LOSS, "embeddings>input labels>target", "temperature"),
    "smooth_labels": call(Op.OPAQUE, "labels>x", "alpha axis where"),
}

_ONLY_BELOW_LOSSES: dict[str, Call | Overload] = {
    "kl_divergence_with_log_targets": call(
        Op.KL_DIVERGENCE, "log_predictions>input log_targets>target", "axis where", reduction="none", log_target=True
    ),
    "poly_loss_cross_entropy": call(Op.OTHER_LOSS, "logits>input labels>target", "epsilon axis where"),
    "triplet_margin_loss": call(Op.OTHER_LOSS, "anchors>input positives>target negatives", "axis norm_degree margin"),
    "dice_loss": call(Op.OTHER_LOSS, "predictions>input targets>target", "class_weights smooth alpha beta"),
    "binary_dice_loss": call(Op.OTHER_LOSS, "predictions>input targets>target", "smooth apply_sigmoid"),
}

# schedules: the highest rate that they give

_SCHEDULES: dict[str, Call | Overload] = {
    "constant_schedule": call(Op.COPY, "value>x"),
    "cosine_decay_schedule": call(Op.COPY, "init_value>x", "decay_steps alpha exponent"),
    "exponential_decay": call(Op.COPY, "init_value>x", "transition_steps decay_rate transition_begin staircase"),
    "piecewise_constant_schedule": call(Op.COPY, "init_value>x", "boundaries_and_scales"),
    "linear_schedule": call(Op.MAXIMUM, "init_value>x end_value>y", "transition_steps transition_begin"),
    "polynomial_schedule": call(Op.MAXIMUM, "init_value>x end_value>y", "power transition_steps transition_begin"),
    "warmup_constant_schedule": call(Op.COPY, "peak_value>x", "init_value warmup_steps", order=(1, 0, 2)),
    "warmup_cosine_decay_schedule": call(
        Op.COPY, "peak_value>x", "init_value warmup_steps decay_steps end_value", order=(1, 0, 2, 3, 4)
    ),
    "warmup_exponential_decay_schedule": call(
        Op.COPY, "peak_value>x", "init_value warmup_steps transition_steps decay_rate", order=(1, 0, 2, 3, 4)
    ),
    "linear_onecycle_schedule": call(
        Op.COPY, "peak_value>x", "transition_steps pct_start pct_final div_factor", order=(1, 0, 2, 3, 4)
    ),
    "cosine_onecycle_schedule": call(
        Op.COPY, "peak_value>x", "transition_steps pct_start div_factor final_div_factor", order=(1, 0, 2, 3, 4)
    ),
    "join_schedules": call(Op.COPY, "schedules>x", "boundaries"),
}

SCHEDULES: dict[str, Call | Overload] = {
    name: Call(made.op, made.operands, made.options, made.fixed, Kind.NUMBER, made.order)
    for name, made in _SCHEDULES.items()
    if isinstance(made, Call)
}

OPTAX: dict[str, Call | Overload] = {
    **{f"optax.{name}": entry for name, entry in {**LOSSES, **SCHEDULES}.items()},
    **{f"optax.losses.{name}": entry for name, entry in {**LOSSES, **_ONLY_BELOW_LOSSES}.items()},
    **{f"optax.schedules.{name}": entry for name, entry in SCHEDULES.items()},
    "optax.safe_norm": call(Op.OPAQUE, "x", "min_norm ord axis keepdims>keepdim"),
    "optax.global_norm": call(Op.OPAQUE, "updates>x"),
    "jax.example_libraries.optimizers.clip_grads": call(Op.CLIP_GRADIENT, "grad_tree>parameters", "max_norm"),
    "optax.per_example_global_norm_clip": call(Op.CLIP_GRADIENT, "grads>parameters", "l2_norm_clip>max_norm"),
}

# optimizers

_RATE = "learning_rate>lr"
_BETAS = f"{_RATE} b1>beta1 b2>beta2"
_ADAM = f"{_BETAS} eps eps_root"

_OPTIMIZERS: dict[str, Optimizer] = {
    "adabelief": optimizer(None, _ADAM),
    "adadelta": optimizer(None, f"{_RATE} rho eps weight_decay", stride=Stride.SELF_SCALED),
    "adafactor": optimizer(
        None,
        f"{_RATE} min_dim_size_to_factor decay_rate decay_offset multiply_by_parameter_scale clipping_threshold"
        " momentum dtype_momentum weight_decay_rate>weight_decay eps",
        decoupled=True,
    ),
    "adagrad": optimizer(None, f"{_RATE} initial_accumulator_value eps>small", Stride.SHRINKING),
    "adam": optimizer(None, f"{_ADAM} mu_dtype nesterov"),
    "adamax": optimizer(None, f"{_BETAS} eps"),
    "adamaxw": optimizer(None, f"{_BETAS} eps weight_decay mask", decoupled=True),
    "adamw": optimizer(None, f"{_ADAM} mu_dtype weight_decay mask", decoupled=True),
    "adan": optimizer(None, f"{_BETAS} b3 eps eps_root weight_decay mask", decoupled=True),
    "amsgrad": optimizer(None, f"{_ADAM} mu_dtype"),
    "fromage": optimizer(None, f"{_RATE} min_norm", stride=Stride.SELF_SCALED),
    "lamb": optimizer(None, f"{_ADAM} weight_decay mask", decoupled=True),
    "lars": optimizer(
        None,
        f"{_RATE} weight_decay weight_decay_mask trust_coefficient eps>small trust_ratio_mask momentum",
        stride=Stride.SELF_SCALED,
    ),
    "lbfgs": optimizer(None, f"{_RATE} memory_size scale_init_precond linesearch", stride=Stride.SELF_SCALED),
    "lion": optimizer(None, f"{_BETAS} mu_dtype weight_decay mask", decoupled=True),
    "nadam": optimizer(None, f"{_ADAM} mu_dtype nesterov"),
    "nadamw": optimizer(None, f"{_ADAM} mu_dtype weight_decay mask", decoupled=True),
    "noisy_sgd": optimizer(None, f"{_RATE} eta gamma key", stride=Stride.PROPORTIONAL),
    "novograd": optimizer(None, f"{_ADAM} weight_decay"),
    "optimistic_adam": optimizer(None, f"{_RATE} optimism b1>beta1 b2>beta2 eps eps_root"),
    "optimistic_gradient_descent": optimizer(None, f"{_RATE} alpha beta", stride=Stride.PROPORTIONAL),
    "polyak_sgd": optimizer(1.0, "max_learning_rate>lr scaling f_min eps>small variant", stride=Stride.SELF_SCALED),
    "radam": optimizer(None, f"{_ADAM} threshold nesterov"),
    "rmsprop": optimizer(
        None, f"{_RATE} decay>smoothing eps initial_scale eps_in_sqrt centered momentum nesterov bias_correction"
    ),
    "rprop": optimizer(None, f"{_RATE} eta_minus eta_plus min_step_size max_step_size", stride=Stride.SELF_SCALED),
    "sgd": optimizer(None, f"{_RATE} momentum nesterov accumulator_dtype", stride=Stride.PROPORTIONAL),
    "sign_sgd": optimizer(None, _RATE),
    "signum": optimizer(None, f"{_RATE} beta accumulator_dtype"),
    "sm3": optimizer(None, f"{_RATE} momentum"),
    "yogi": optimizer(None, f"{_BETAS} eps"),
}

_SELF = Stride.SELF_SCALED
_CONTRIB: dict[str, Optimizer] = {
    "acprop": optimizer(None, f"{_ADAM} weight_decay mask"),
    "ademamix": optimizer(None, f"{_BETAS} b3 alpha eps eps_root mu_dtype weight_decay mask", decoupled=True),
    "adopt": optimizer(None, f"{_BETAS} eps mu_dtype nesterov use_clipping clip_value_fn"),
    "cocob": optimizer(1.0, f"{_RATE} alpha eps weight_decay mask", stride=_SELF),
    "dadapt_adamw": optimizer(1.0, f"{_RATE} betas eps estim_lr0 weight_decay", stride=_SELF, decoupled=True),
    "dog": optimizer(1.0, f"{_RATE} init_step eps weight_decay mask", stride=_SELF),
    "dowg": optimizer(1.0, f"{_RATE} init_estim_sq_dist eps weight_decay mask", stride=_SELF),
    "dpsgd": optimizer(None, f"{_RATE} l2_norm_clip noise_multiplier seed momentum", stride=Stride.PROPORTIONAL),
    "galore": optimizer(None, f"{_RATE} rank update_proj_gap scale base_optimizer"),
    "madgrad": optimizer(None, f"{_RATE} momentum weight_decay eps"),
    "momo": optimizer(1.0, f"{_RATE} beta lower_bound weight_decay", stride=_SELF),
    "momo_adam": optimizer(0.01, f"{_BETAS} eps lower_bound weight_decay", stride=_SELF),
    "muon": optimizer(None, f"{_RATE} ns_coeffs ns_steps beta eps weight_decay", decoupled=True),
    "prodigy": optimizer(1.0, f"{_RATE} betas beta3 eps estim_lr0 estim_lr_coef weight_decay", stride=_SELF),
    "schedule_free_adamw": optimizer(
        0.0025, f"{_RATE} warmup_steps b1>beta1 b2>beta2 eps weight_decay", decoupled=True
    ),
    "schedule_free_sgd": optimizer(1.0, f"{_RATE} warmup_steps b1>beta1 weight_decay", stride=_SELF),
    "simplified_ademamix": optimizer(None, f"{_BETAS} alpha eps eps_root weight_decay mask"),
    "sophia": optimizer(None, f"{_BETAS} eps weight_decay weight_decay_mask gamma clip_threshold", decoupled=True),
}

_STEP = "step_size>lr"
_EXAMPLES: dict[str, Optimizer] = {
    "adagrad": optimizer(None, f"{_STEP} momentum", Stride.SHRINKING, result=Kind.SEQUENCE),
    "adam": optimizer(None, f"{_STEP} b1>beta1 b2>beta2 eps", result=Kind.SEQUENCE),
    "adamax": optimizer(None, f"{_STEP} b1>beta1 b2>beta2 eps", result=Kind.SEQUENCE),
    "momentum": optimizer(None, f"{_STEP} mass>momentum", Stride.PROPORTIONAL, result=Kind.SEQUENCE),
    "nesterov": optimizer(None, f"{_STEP} mass>momentum", Stride.PROPORTIONAL, result=Kind.SEQUENCE),
    "rmsprop": optimizer(None, f"{_STEP} gamma>smoothing eps", result=Kind.SEQUENCE),
    "rmsprop_momentum": optimizer(None, f"{_STEP} gamma>smoothing eps momentum", result=Kind.SEQUENCE),
    "sgd": optimizer(None, _STEP, Stride.PROPORTIONAL, result=Kind.SEQUENCE),
    "sm3": optimizer(None, f"{_STEP} momentum", result=Kind.SEQUENCE),
}
"""JAX's own: each gives three functions."""

_MOMENTS = "b1>beta1 b2>beta2 eps"
_DIRECTIONS: dict[str, str] = {
    "scale_by_adadelta": "rho eps",
    "scale_by_adam": f"{_MOMENTS} eps_root mu_dtype nesterov",
    "scale_by_adamax": _MOMENTS,
    "scale_by_adan": "b1>beta1 b2>beta2 b3 eps eps_root",
    "scale_by_amsgrad": f"{_MOMENTS} eps_root mu_dtype",
    "scale_by_belief": f"{_MOMENTS} eps_root nesterov",
    "scale_by_factored_rms": "factored decay_rate step_offset min_dim_size_to_factor epsilon>eps decay_rate_fn",
    "scale_by_lion": "b1>beta1 b2>beta2 mu_dtype",
    "scale_by_novograd": f"{_MOMENTS} eps_root weight_decay mu_dtype",
    "scale_by_radam": f"{_MOMENTS} eps_root threshold nesterov",
    "scale_by_rms": "decay>smoothing eps initial_scale eps_in_sqrt bias_correction",
    "scale_by_rss": "initial_accumulator_value eps>small",
    "scale_by_sign": "",
    "scale_by_sm3": "b1>beta1 b2 eps",
    "scale_by_stddev": "decay>smoothing eps initial_scale eps_in_sqrt bias_correction",
    "scale_by_yogi": f"{_MOMENTS} eps_root initial_accumulator_value",
}
_LENGTHS: dict[str, str] = {
    "scale": "step_size",
    "scale_by_learning_rate": f"{_RATE} flip_sign",
    "scale_by_schedule": "step_size_fn",
}
_PARTS: dict[str, Optimizer] = {
    **{name: optimizer(None, names, part=Part.DIRECTION) for name, names in _DIRECTIONS.items()},
    "trace": optimizer(None, "decay>momentum nesterov accumulator_dtype", Stride.PROPORTIONAL, part=Part.DIRECTION),
    **{name: optimizer(None, names, Stride.PROPORTIONAL, part=Part.LENGTH) for name, names in _LENGTHS.items()},
}
"""What an optimizer is put together from."""

OPTIMIZERS: dict[str, Optimizer] = {
    **{f"jax.example_libraries.optimizers.{name}": made for name, made in _EXAMPLES.items()},
    **{f"optax.{name}": made for name, made in _OPTIMIZERS.items()},
    **{f"optax.contrib.{name}": made for name, made in _CONTRIB.items()},
    **{f"optax.{name}": made for name, made in _PARTS.items()},
}

# transformations

CLIPS: dict[str, Call] = {
    "optax.clip_by_global_norm": call(Op.CLIP_GRADIENT, "updates>parameters", "max_norm", norm_type=2.0),
    "optax.clip_by_block_rms": call(Op.CLIP_GRADIENT, "updates>parameters", "threshold>max_rms"),
    "optax.clip": call(Op.CLIP_GRADIENT, "updates>parameters", "max_delta>clip_value"),
    "optax.adaptive_grad_clip": call(Op.CLIP_GRADIENT, "updates>parameters", "clipping eps axis"),
}
"""Made once, applied at every step."""

CHAINS = frozenset({"optax.chain", "optax.named_chain"})

_TRANSFORMATIONS = words(
    """
    add_decayed_weights add_noise apply_every centralize ema identity keep_params_nonnegative multi_transform
    normalize_by_update_norm partition scale_by_backtracking_linesearch scale_by_lbfgs
    scale_by_optimistic_gradient scale_by_param_block_norm scale_by_param_block_rms scale_by_polyak scale_by_rprop
    scale_by_trust_ratio scale_by_zoom_linesearch set_to_zero stateless stateless_with_tree_map zero_nans
    GradientTransformation GradientTransformationExtraArgs
    """
)

TRANSFORMATIONS: dict[str, Kind] = {f"optax.{name}": Kind.OPTIMIZER for name in _TRANSFORMATIONS}

WRAPPERS = frozenset(
    f"optax.{name}"
    for name in words(
        """
    MultiSteps apply_if_finite flatten inject_hyperparams inject_stateful_hyperparams lookahead masked
    with_extra_args_support conditionally_mask conditionally_transform contrib.mechanize contrib.schedule_free
    """
    )
)
"""They change how an optimizer works, not what it is."""
