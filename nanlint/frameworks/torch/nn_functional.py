"""`torch.nn.functional` apart from its losses, and `torch.nn.utils.rnn`."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.torch.reductions import REDUCTIONS

_DROPOUT = call(Op.DROPOUT, "input>x", "p training inplace", p=0.5)
_CONVOLUTION = call(Op.LINEAR, "input>x weight bias", "stride padding dilation groups")
_TRANSPOSED = call(Op.LINEAR, "input>x weight bias", "stride padding output_padding groups dilation")
_POOL = "kernel_size stride padding ceil_mode count_include_pad"
_AVERAGE_POOL = call(Op.POOL, "input>x", f"{_POOL} divisor_override", kind="average")
_MAX_POOL = call(Op.POOL, "input>x", "kernel_size stride padding dilation ceil_mode return_indices", kind="max")
_ADAPTIVE_MAX = call(Op.POOL, "input>x", "output_size return_indices", kind="max")
_ADAPTIVE_AVERAGE = call(Op.POOL, "input>x", "output_size", kind="average")
_UNPOOL = call(Op.PAD, "input>x", "indices kernel_size stride padding output_size")
_SIZED = "size scale_factor mode align_corners"
_INPLACE = "inplace"

ACTIVATIONS: dict[str, Call | Overload] = {
    "relu": call(Op.RELU, "input>x", _INPLACE),
    "relu6": call(Op.RELU6, "input>x", _INPLACE),
    "leaky_relu": call(Op.LEAKY_RELU, "input>x", "negative_slope inplace", negative_slope=0.01),
    "prelu": call(Op.LEAKY_RELU, "input>x", "weight>negative_slope"),
    "rrelu": call(Op.OPAQUE, "input>x", "lower upper training inplace"),
    "elu": call(Op.ELU, "input>x", "alpha inplace", alpha=1.0),
    "celu": call(Op.ELU, "input>x", "alpha inplace", alpha=1.0),
    "selu": call(Op.SELU, "input>x", _INPLACE),
    "gelu": call(Op.GELU, "input>x", "approximate", approximate="none"),
    "silu": call(Op.SILU, "input>x", _INPLACE),
    "mish": call(Op.MISH, "input>x", _INPLACE),
    "hardsigmoid": call(Op.HARD_SIGMOID, "input>x", _INPLACE),
    "hardtanh": call(Op.HARD_TANH, "input>x", "min_val>min max_val>max inplace", min=-1.0, max=1.0),
    "hardswish": call(Op.HARD_SWISH, "input>x", _INPLACE),
    "softsign": call(Op.SOFTSIGN),
    "softplus": call(Op.SOFTPLUS, "input>x", "beta threshold", beta=1.0, threshold=20.0),
    "sigmoid": call(Op.SIGMOID),
    "logsigmoid": call(Op.LOG_SIGMOID),
    "tanh": call(Op.TANH),
    "softmax": REDUCTIONS["softmax"],
    "softmin": call(Op.SOFTMIN, "input>x", "dim>axis dtype"),
    "log_softmax": REDUCTIONS["log_softmax"],
    "gumbel_softmax": call(Op.GUMBEL_SOFTMAX, "logits>x", "tau hard eps dim>axis", tau=1.0, axis=-1),
    "glu": call(Op.OPAQUE, "input>x", "dim>axis"),
    "threshold": call(Op.OPAQUE, "input>x", "threshold value inplace"),
    "hardshrink": call(Op.OPAQUE, "input>x", "lambd"),
    "softshrink": call(Op.OPAQUE, "input>x", "lambd"),
    "tanhshrink": call(Op.OPAQUE),
}

NORMALISATION: dict[str, Call | Overload] = {
    "normalize": call(Op.NORMALIZE, "input>x", "p>ord dim>axis eps", ord=2.0, axis=1, eps=1e-12),
    "cosine_similarity": call(Op.COSINE_SIMILARITY, "x1>x x2>y", "dim>axis eps", axis=1, eps=1e-8),
    "pairwise_distance": call(Op.PAIRWISE_DISTANCE, "x1>x x2>y", "p>ord eps keepdim", ord=2.0, eps=1e-6),
    "pdist": call(Op.PAIRWISE_DISTANCE, "input>x", "p>ord", ord=2),
    "layer_norm": call(Op.STANDARDIZE, "input>x", "normalized_shape weight bias eps", eps=1e-5),
    "group_norm": call(Op.STANDARDIZE, "input>x", "num_groups weight bias eps", eps=1e-5),
    "rms_norm": call(Op.STANDARDIZE, "input>x", "normalized_shape weight eps"),
    "batch_norm": call(
        Op.STANDARDIZE, "input>x", "running_mean running_var weight bias training momentum eps", eps=1e-5
    ),
    "instance_norm": call(
        Op.STANDARDIZE, "input>x", "running_mean running_var weight bias use_input_stats momentum eps", eps=1e-5
    ),
    "local_response_norm": call(Op.OPAQUE, "input>x", "size alpha beta k"),
}

LEARNED: dict[str, Call | Overload] = {
    "linear": call(Op.LINEAR, "input>x weight bias"),
    "bilinear": call(Op.LINEAR, "input1>x input2>y weight bias"),
    **{f"conv{n}d": _CONVOLUTION for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": _TRANSPOSED for n in (1, 2, 3)},
    "embedding": call(Op.EMBEDDING, "input>x weight", "padding_idx max_norm norm_type scale_grad_by_freq"),
    "embedding_bag": call(Op.EMBEDDING, "input>x weight", "offsets max_norm norm_type scale_grad_by_freq"),
    "scaled_dot_product_attention": call(
        Op.ATTENTION, "query>x key value", "attn_mask>mask dropout_p is_causal scale enable_gqa"
    ),
    "multi_head_attention_forward": call(Op.ATTENTION, "query>x key value", "embed_dim_to_check num_heads"),
    "dropout": _DROPOUT,
    **{f"dropout{n}d": _DROPOUT for n in (1, 2, 3)},
    "alpha_dropout": call(Op.DROPOUT, "input>x", "p training inplace", p=0.5, alpha=True),
    "feature_alpha_dropout": call(Op.DROPOUT, "input>x", "p training inplace", p=0.5, alpha=True),
}

SPATIAL: dict[str, Call | Overload] = {
    "avg_pool1d": call(Op.POOL, "input>x", _POOL, kind="average"),
    "avg_pool2d": _AVERAGE_POOL,
    "avg_pool3d": _AVERAGE_POOL,
    **{f"adaptive_avg_pool{n}d": _ADAPTIVE_AVERAGE for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": _ADAPTIVE_MAX for n in (1, 2, 3)},
    **{f"max_pool{n}d": _MAX_POOL for n in (1, 2, 3)},
    **{f"max_unpool{n}d": _UNPOOL for n in (1, 2, 3)},
    **{f"lp_pool{n}d": call(Op.OPAQUE, "input>x", "norm_type kernel_size stride ceil_mode") for n in (1, 2, 3)},
    "pad": call(Op.PAD, "input>x", "pad mode value"),
    "one_hot": call(Op.ONE_HOT, "input>x", "num_classes"),
    "interpolate": call(Op.RESHAPE, "input>x", _SIZED),
    "upsample": call(Op.RESHAPE, "input>x", _SIZED),
    "upsample_nearest": call(Op.RESHAPE, "input>x", "size scale_factor"),
    "upsample_bilinear": call(Op.RESHAPE, "input>x", "size scale_factor"),
    "pixel_shuffle": call(Op.RESHAPE, "input>x", "upscale_factor"),
    "pixel_unshuffle": call(Op.RESHAPE, "input>x", "downscale_factor"),
    "channel_shuffle": call(Op.RESHAPE, "input>x", "groups"),
    "unfold": call(Op.PAD, "input>x", "kernel_size dilation padding stride"),
    "fold": call(Op.OPAQUE, "input>x", "output_size kernel_size dilation padding stride"),
    "grid_sample": call(Op.PAD, "input>x", "grid mode padding_mode align_corners"),
    "affine_grid": call(Op.LINEAR, "theta>x", "size align_corners"),
}

SEQUENCES: dict[str, Call | Overload] = {
    "pad_sequence": call(Op.PAD, "sequences>x", "batch_first padding_value>value padding_side"),
    "pad_packed_sequence": call(Op.PAD, "sequence>x", "batch_first padding_value>value total_length"),
    "pack_padded_sequence": call(Op.RESHAPE, "input>x", "lengths batch_first enforce_sorted"),
    "pack_sequence": call(Op.RESHAPE, "sequences>x", "enforce_sorted"),
}

NN_FUNCTIONAL: dict[str, Call | Overload] = {**ACTIVATIONS, **NORMALISATION, **LEARNED, **SPATIAL}
