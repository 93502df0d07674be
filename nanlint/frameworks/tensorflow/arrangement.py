"""TensorFlow's selecting, joining, reshaping and casting: elements stay what they are."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_RESHAPING = {
    "reshape": "tensor>x | shape>size",
    "transpose": "a>x | perm conjugate",
    "expand_dims": "input>x | axis dim>axis",
    "squeeze": "input>x | axis squeeze_dims>axis",
    "reverse": "tensor>x | axis",
    "reverse_sequence": "input>x | seq_lengths seq_axis batch_axis seq_dim batch_dim",
    "roll": "input>x | shift axis",
    "tile": "input>x | multiples",
    "repeat": "input>x | repeats axis",
    "broadcast_to": "input>x | shape>size",
    "ensure_shape": "x | shape>size",
    "meshgrid": "*args>x",
}

_SELECTING = {
    "gather": "params>x | indices>index validate_indices axis batch_dims",
    "gather_nd": "params>x | indices>index batch_dims bad_indices_policy",
    "slice": "input_>x | begin size",
    "strided_slice": "input_>x | begin end strides",
    "split": "value>x | num_or_size_splits axis num",
    "unstack": "value>x | num axis",
    "dynamic_partition": "data>x | partitions num_partitions",
}

_WRITING = {
    "tensor_scatter_nd_update": "tensor>x | indices updates>source",
    "tensor_scatter_nd_add": "tensor>x | indices updates>source bad_indices_policy",
    "tensor_scatter_nd_sub": "tensor>x | indices updates>source bad_indices_policy",
    "tensor_scatter_nd_max": "tensor>x | indices updates>source bad_indices_policy",
    "tensor_scatter_nd_min": "tensor>x | indices updates>source bad_indices_policy",
}


def _arranged(op: Op, text: str) -> Call:
    operands, _, options = text.partition("|")
    return call(op, operands, options)


_CAST = call(Op.CAST, "x", "dtype")
_CONCATENATED = call(Op.CONCATENATE, "values>x", "axis")

TOP: dict[str, Call | Overload] = {
    **{name: _arranged(Op.RESHAPE, text) for name, text in _RESHAPING.items()},
    **{name: _arranged(Op.SELECT, text) for name, text in _SELECTING.items()},
    **{name: _arranged(Op.OPAQUE, text) for name, text in _WRITING.items()},
    "scatter_nd": call(Op.OPAQUE, "updates>x", "indices shape>size bad_indices_policy", order=(1, 0, 2, 3)),
    "dynamic_stitch": call(Op.OPAQUE, "data>x", "indices", order=(1, 0)),
    "boolean_mask": call(Op.SELECT, "tensor>x", "mask axis"),
    "cast": _CAST,
    "saturate_cast": call(Op.CAST, "value>x", "dtype"),
    "bitcast": call(Op.OPAQUE, "input>x", "type"),
    "concat": _CONCATENATED,
    "stack": call(Op.CONCATENATE, "values>x", "axis"),
    "parallel_stack": call(Op.CONCATENATE, "values>x"),
    "pad": call(Op.PAD, "tensor>x", "paddings>pad mode constant_values>value", value=0),
    "where": call(Op.WHERE, "condition x y"),
    "identity": call(Op.COPY, "input>x"),
    "stop_gradient": call(Op.DETACH, "input>x"),
    "shape": call(Op.LENGTH, "input>x", "out_type", result=Kind.SEQUENCE),
    "size": call(Op.LENGTH, "input>x", "out_type"),
    "rank": call(Op.LENGTH, "input>x"),
    "sequence_mask": call(Op.UNIFORM, "", "lengths maxlen dtype", low=0, high=1, closed=True, dtype="tensorflow.bool"),
    "one_hot": call(
        Op.ONE_HOT,
        "indices>x",
        "depth>num_classes on_value off_value axis dtype",
        dtype="tensorflow.float32",
        below="zeros",
        above="zeros",
    ),
    "is_tensor": call(Op.OPAQUE, "x", result=Kind.BOOLEAN),
    "ragged.constant": call(Op.TENSOR, "pylist>x", "dtype ragged_rank inner_shape"),
    "sparse.to_dense": call(Op.PAD, "sp_input>x", "default_value>value validate_indices"),
    "sparse.from_dense": call(Op.COPY, "tensor>x"),
    "sparse.reorder": call(Op.COPY, "sp_input>x"),
    "sparse.reduce_sum": call(Op.SUM, "sp_input>x", "axis keepdims>keepdim output_is_sparse"),
    "sparse.softmax": call(Op.OPAQUE, "sp_input>x"),
}

_CASTS = {
    "to_float": "float32",
    "to_double": "float64",
    "to_bfloat16": "bfloat16",
    "to_int32": "int32",
    "to_int64": "int64",
}

OLD: dict[str, Call | Overload] = {
    **{name: call(Op.CAST, "x", dtype=f"tensorflow.{dtype}") for name, dtype in _CASTS.items()},
    # before release 1.0
    "pack": call(Op.CONCATENATE, "values>x", "axis"),
    "unpack": call(Op.SELECT, "value>x", "num axis"),
    "where_v2": TOP["where"],
    "select": call(Op.WHERE, "condition t>x e>y"),
    "batch_gather": call(Op.SELECT, "params>x", "indices>index"),
    "reverse_v2": call(Op.RESHAPE, "tensor>x", "axis"),
    "sparse_tensor_to_dense": call(Op.PAD, "sp_input>x", "default_value>value validate_indices"),
    "sparse_to_dense": call(
        Op.OPAQUE, "sparse_values>x", "sparse_indices output_shape default_value>value", order=(1, 2, 0, 3)
    ),
}
