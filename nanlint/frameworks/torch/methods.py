"""What only tensors have: methods without a function of that name, attributes, and the methods that tell a tensor."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_CASTS = {
    "half": "torch.float16",
    "bfloat16": "torch.bfloat16",
    "float": "torch.float32",
    "double": "torch.float64",
    "long": "torch.int64",
    "int": "torch.int32",
    "short": "torch.int16",
    "char": "torch.int8",
    "byte": "torch.uint8",
    "bool": "torch.bool",
}

_RESHAPING = {
    "view": "*size",
    "reshape": "*shape>size",
    "view_as": "other",
    "reshape_as": "other",
    "expand": "*sizes>size",
    "expand_as": "other",
    "repeat": "*repeats",
    "permute": "*dims",
    "tile": "*dims",
    "flip": "*dims",
    "unfold": "dimension size step",
}

_COPYING = {
    "contiguous": "memory_format",
    "cpu": "memory_format",
    "cuda": "device non_blocking memory_format",
    "pin_memory": "device",
    "share_memory_": "",
    "requires_grad_": "requires_grad",
    "to_dense": "dtype",
    "to_sparse": "sparse_dim",
    "coalesce": "",
}

TENSOR_METHODS: dict[str, Call | Overload] = {
    **{name: call(Op.CAST, "self>x", "memory_format", dtype=dtype) for name, dtype in _CASTS.items()},
    **{name: call(Op.RESHAPE, "self>x", options) for name, options in _RESHAPING.items()},
    **{name: call(Op.COPY, "self>x", options) for name, options in _COPYING.items()},
    # `to` takes dtype and device in either order: whichever names a dtype is one
    "to": call(Op.CAST, "self>x", "dtype device non_blocking copy"),
    "type": call(Op.CAST, "self>x", "dtype non_blocking"),
    "type_as": call(Op.CAST, "self>x", "other"),
    "where": call(Op.WHERE, "condition self>x other>y", order=(1, 0, 2)),
    "split": call(Op.SELECT, "self>x", "split_size dim>axis"),
    "item": call(Op.ITEM, "self>x", result=Kind.NUMBER),
    "tolist": call(Op.ITEM, "self>x", result=Kind.SEQUENCE),
    "numpy": call(Op.DETACH, "self>x", "force"),
    "backward": call(Op.BACKWARD, "self>x", "gradient retain_graph create_graph", result=Kind.NONE),
    "retain_grad": call(Op.OPAQUE, "self>x", result=Kind.NONE),
    "fill_diagonal_": call(Op.STORE, "self>x fill_value>value", "wrap", index="diagonal"),
    "register_hook": call(Op.OPAQUE, "self>x", "hook", result=Kind.OBJECT),
    "size": call(Op.LENGTH, "self>x", "dim>axis", result=Kind.INTEGER),
    "dim": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
    "ndimension": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
    "nelement": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
    "element_size": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
    "polygamma": call(Op.POLYGAMMA, "self>x", "n"),
    "sum_to_size": call(Op.SUM, "self>x", "*size"),
}

ATTRIBUTES: dict[str, Call] = {
    "T": call(Op.RESHAPE, "self>x"),
    "mT": call(Op.RESHAPE, "self>x"),
    "H": call(Op.RESHAPE, "self>x"),
    "mH": call(Op.RESHAPE, "self>x"),
    "real": call(Op.COPY, "self>x"),
    "values": call(Op.SELECT, "self>x"),
    "indices": call(Op.ARGMAX, "self>x"),
    "data": call(Op.DETACH, "self>x"),
    "grad": call(Op.OPAQUE, "self>x"),
    "shape": call(Op.LENGTH, "self>x", result=Kind.SEQUENCE),
    "ndim": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
}

TELLING = frozenset(
    words(
        """
    softmax log_softmax sigmoid tanh relu logsumexp log1p expm1 rsqrt lgamma digamma erf erfc erfinv logit xlogy
    clamp clamp_min clamp_max nan_to_num masked_fill masked_select masked_scatter unsqueeze squeeze permute contiguous
    detach cumsum cumprod logcumsumexp matmul bmm argmax argmin argsort amax amin topk index_select scatter_add
    expand_as view_as type_as new_zeros new_ones new_full new_tensor new_empty retain_grad register_hook
    isnan isinf isfinite floor_divide true_divide numel ndimension repeat_interleave bernoulli multinomial
    uniform_ normal_ exponential_ fill_ zero_ item tolist
    """
    )
)
