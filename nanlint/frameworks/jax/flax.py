"""Flax: layers of `linen`, and what it has of functions and objects of its own."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words
from nanlint.frameworks.jax.nn import ACTIVATIONS

_TYPES = "dtype param_dtype"
_CONVOLUTION = "features kernel_size strides padding input_dilation kernel_dilation feature_group_count use_bias mask"
_KERNEL = "kernel_init>kernel_initializer"
_CELL = f"features gate_fn activation_fn {_KERNEL} recurrent_kernel_init bias_init dtype param_dtype carry_init"
_AFFINE = "dtype param_dtype use_bias use_scale bias_init scale_init"
_HEADS = "num_heads dtype param_dtype qkv_features out_features broadcast_dropout dropout_rate deterministic"

# The carry comes first.
_STEP = (1, 0, *range(2, 12))
_RECURRENT_CELL = call(Op.RECURRENT, "inputs>x carry", _CELL, order=_STEP)

LINEN: dict[str, Call] = {
    "Dense": call(Op.LINEAR, "inputs>x", f"features>out_features use_bias {_TYPES} precision {_KERNEL} bias_init"),
    "DenseGeneral": call(
        Op.LINEAR, "inputs>x", f"features>out_features axis batch_dims use_bias {_TYPES} {_KERNEL} bias_init"
    ),
    "Einsum": call(Op.LINEAR, "inputs>x", f"shape einsum_str use_bias {_TYPES} precision {_KERNEL} bias_init"),
    "Conv": call(Op.LINEAR, "inputs>x", f"{_CONVOLUTION} {_TYPES} precision {_KERNEL} bias_init"),
    "ConvLocal": call(Op.LINEAR, "inputs>x", f"{_CONVOLUTION} {_TYPES} precision {_KERNEL} bias_init"),
    "ConvTranspose": call(
        Op.LINEAR, "inputs>x", f"features kernel_size strides padding kernel_dilation use_bias mask {_TYPES}"
    ),
    "Embed": call(Op.EMBEDDING, "inputs>x", f"num_embeddings features {_TYPES} embedding_init"),
    "LSTMCell": _RECURRENT_CELL,
    "OptimizedLSTMCell": _RECURRENT_CELL,
    "GRUCell": _RECURRENT_CELL,
    "MGUCell": call(
        Op.RECURRENT,
        "inputs>x carry",
        f"features gate_fn activation_fn {_KERNEL} recurrent_kernel_init",
        order=(1, 0, 2, 3, 4, 5, 6),
    ),
    "SimpleCell": call(
        Op.RECURRENT,
        "inputs>x carry",
        f"features activation_fn {_KERNEL} recurrent_kernel_init bias_init",
        order=(1, 0, 2, 3, 4, 5, 6),
    ),
    "ConvLSTMCell": call(
        Op.RECURRENT,
        "inputs>x carry",
        "features kernel_size strides padding use_bias",
        order=(1, 0, 2, 3, 4, 5, 6),
    ),
    "RNN": call(Op.RECURRENT, "inputs>x", "cell time_major return_carry reverse keep_order unroll"),
    "Bidirectional": call(Op.RECURRENT, "inputs>x", "forward_rnn backward_rnn merge_fn time_major return_carry"),
    "MultiHeadDotProductAttention": call(Op.ATTENTION, "inputs_q>x inputs_k>key inputs_v>value", _HEADS),
    "MultiHeadAttention": call(Op.ATTENTION, "inputs_q>x inputs_k>key inputs_v>value", _HEADS),
    "SelfAttention": call(Op.ATTENTION, "inputs_q>x mask", _HEADS),
    "BatchNorm": call(
        Op.STANDARDIZE, "x", f"use_running_average axis momentum epsilon>eps {_AFFINE} axis_name", eps=1e-5
    ),
    "LayerNorm": call(Op.STANDARDIZE, "x", f"epsilon>eps {_AFFINE} reduction_axes feature_axes", eps=1e-6),
    "GroupNorm": call(Op.STANDARDIZE, "x", f"num_groups group_size epsilon>eps {_AFFINE}", eps=1e-6),
    "InstanceNorm": call(Op.STANDARDIZE, "x", f"epsilon>eps {_AFFINE} feature_axes", eps=1e-6),
    "RMSNorm": call(Op.STANDARDIZE, "x", "epsilon>eps dtype param_dtype use_scale scale_init", eps=1e-6),
    "Dropout": call(Op.DROPOUT, "inputs>x", "rate>p broadcast_dims deterministic rng_collection"),
    "PReLU": call(Op.OPAQUE, "inputs>x", "param_dtype negative_slope_init parent name"),
}

LINEN_INITIALIZERS: dict[str, Call] = {
    "zeros_init": call(Op.FULL, "", value=0),
    "ones_init": call(Op.FULL, "", value=1),
}

POOLING: dict[str, Call | Overload] = {
    "max_pool": call(Op.POOL, "inputs>x", "window_shape strides padding", kind="max"),
    "avg_pool": call(Op.POOL, "inputs>x", "window_shape strides padding count_include_pad", kind="average"),
}

_LINEN_FUNCTIONS: dict[str, Call | Overload] = {
    **ACTIVATIONS,
    **POOLING,
    "dot_product_attention": call(Op.ATTENTION, "query>x key value", "bias mask broadcast_dropout dropout_rng"),
    "make_attention_mask": call(Op.OPAQUE, "query_input>x key_input>y", "pairwise_fn extra_batch_dims dtype"),
    "make_causal_mask": call(Op.OPAQUE, "x", "extra_batch_dims dtype"),
    "combine_masks": call(Op.OPAQUE, "*masks>x"),
}

_NNX_CONVOLUTION = "in_features out_features kernel_size strides padding input_dilation kernel_dilation"
_NNX_CELL = f"in_features hidden_features gate_fn activation_fn {_KERNEL} recurrent_kernel_init bias_init"
_NNX_NORM = "num_features epsilon>eps dtype use_bias use_scale bias_init scale_init"
_NNX_RECURRENT = call(Op.RECURRENT, "inputs>x carry", _NNX_CELL, order=(1, 0, *range(2, 9)))

NNX: dict[str, Call] = {
    "Linear": call(Op.LINEAR, "inputs>x", f"in_features out_features use_bias {_TYPES} {_KERNEL} bias_init"),
    "LinearGeneral": call(Op.LINEAR, "inputs>x", f"in_features out_features axis use_bias {_TYPES} {_KERNEL}"),
    "Einsum": call(Op.LINEAR, "inputs>x", f"einsum_str kernel_shape bias_shape {_TYPES} {_KERNEL} bias_init"),
    "Conv": call(Op.LINEAR, "inputs>x", f"{_NNX_CONVOLUTION} use_bias {_TYPES} {_KERNEL} bias_init"),
    "ConvTranspose": call(Op.LINEAR, "inputs>x", "in_features out_features kernel_size strides padding use_bias"),
    "LoRA": call(Op.LINEAR, "x", "in_features lora_rank out_features base_module"),
    "LoRALinear": call(Op.LINEAR, "x", "in_features out_features lora_rank"),
    "Embed": call(Op.EMBEDDING, "inputs>x", f"num_embeddings features {_TYPES} embedding_init"),
    "LSTMCell": _NNX_RECURRENT,
    "OptimizedLSTMCell": _NNX_RECURRENT,
    "GRUCell": _NNX_RECURRENT,
    "SimpleCell": call(
        Op.RECURRENT,
        "inputs>x carry",
        f"in_features hidden_features activation_fn {_KERNEL}",
        order=(1, 0, 2, 3, 4, 5),
    ),
    "RNN": call(Op.RECURRENT, "inputs>x", "cell time_major return_carry reverse keep_order unroll"),
    "Bidirectional": call(Op.RECURRENT, "inputs>x", "forward_rnn backward_rnn merge_fn time_major return_carry"),
    "MultiHeadAttention": call(
        Op.ATTENTION,
        "inputs_q>x inputs_k>key inputs_v>value",
        "num_heads in_features qkv_features out_features num_kv_heads in_kv_features dropout_rate",
    ),
    "BatchNorm": call(Op.STANDARDIZE, "x", f"{_NNX_NORM} use_running_average axis momentum", eps=1e-5),
    "LayerNorm": call(Op.STANDARDIZE, "x", f"{_NNX_NORM} reduction_axes feature_axes", eps=1e-6),
    "GroupNorm": call(
        Op.STANDARDIZE, "x", "num_features num_groups group_size epsilon>eps use_bias use_scale", eps=1e-6
    ),
    "InstanceNorm": call(Op.STANDARDIZE, "x", f"{_NNX_NORM} feature_axes", eps=1e-6),
    "RMSNorm": call(Op.STANDARDIZE, "x", "num_features epsilon>eps use_scale scale_init", eps=1e-6),
    "Dropout": call(Op.DROPOUT, "inputs>x", "rate>p broadcast_dims deterministic rng_collection"),
    "PReLU": call(Op.OPAQUE, "inputs>x", "negative_slope_init dtype param_dtype"),
}

FUNCTIONS: dict[str, Call | Overload] = {
    **{f"flax.linen.{name}": entry for name, entry in _LINEN_FUNCTIONS.items()},
    **{f"flax.nnx.{name}": entry for name, entry in {**ACTIVATIONS, **POOLING}.items()},
    "flax.training.common_utils.onehot": call(
        Op.ONE_HOT, "labels>x", "num_classes on_value off_value", below="zeros", above="zeros"
    ),
    "flax.nnx.Param": call(Op.WEIGHT, "value>x"),
}

LAYERS: dict[str, Call] = {
    **{f"flax.linen.{name}": entry for name, entry in {**LINEN, **LINEN_INITIALIZERS}.items()},
    **{f"flax.nnx.{name}": entry for name, entry in NNX.items()},
}

SEQUENTIAL = frozenset({"flax.linen.Sequential", "flax.nnx.Sequential"})

STATES: dict[str, Call] = {
    "flax.training.train_state.TrainState.create": call(Op.OPTIMIZER, "tx>optimizer", "apply_fn params"),
    "flax.training.train_state.TrainState": call(
        Op.OPTIMIZER, "tx>optimizer", "step apply_fn params opt_state", order=(1, 2, 3, 0, 4)
    ),
    "flax.nnx.Optimizer": call(Op.OPTIMIZER, "tx>optimizer", "model wrt", order=(1, 0, 2)),
    "flax.nnx.ModelAndOptimizer": call(Op.OPTIMIZER, "tx>optimizer", "model wrt", order=(1, 0, 2)),
    "flax.nnx.TrainState.create": call(Op.OPTIMIZER, "tx>optimizer", "graphdef params step", order=(1, 2, 0, 3)),
}
"""What makes the object that holds parameters and the optimizer that updates them."""

CUSTOM_GRADIENTS = frozenset({"flax.linen.custom_vjp", "flax.nnx.custom_vjp"})

WRAPPERS = CUSTOM_GRADIENTS.union(
    {
        *(f"flax.linen.{name}" for name in words("jit checkpoint remat remat_scan scan vmap compact nowrap")),
        *(f"flax.linen.{name}" for name in words("SpectralNorm WeightNorm with_partitioning")),
        *(f"flax.nnx.{name}" for name in words("jit pmap remat scan vmap data static List merge with_partitioning")),
        *(f"flax.core.{name}" for name in words("freeze unfreeze FrozenDict")),
        *(f"flax.core.frozen_dict.{name}" for name in words("freeze unfreeze FrozenDict")),
        *(f"flax.jax_utils.{name}" for name in words("prefetch_to_device replicate unreplicate")),
    }
)

PROTOCOL: dict[tuple[Kind, str], Call] = {
    # a weight of a module of its own, made by an initialiser
    (Kind.MODEL, "param"): call(Op.WEIGHT, "self", "name init_fn *init_args", result=Kind.TENSOR),
    (Kind.OPTIMIZER, "apply_gradients"): call(Op.STEP, "self", "grads"),
    (Kind.OPTIMIZER, "update"): call(Op.STEP, "self", "updates>grads state params", result=Kind.SEQUENCE),
}
