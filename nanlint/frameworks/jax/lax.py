"""`jax.lax`: primitives, which take everything by position and promote nothing."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_UNARY = {
    "abs": Op.ABSOLUTE,
    "exp": Op.EXP,
    "exp2": Op.EXP2,
    "expm1": Op.EXPM1,
    "log": Op.LOG,
    "log1p": Op.LOG1P,
    "sqrt": Op.SQRT,
    "rsqrt": Op.RSQRT,
    "square": Op.SQUARE,
    "reciprocal": Op.RECIPROCAL,
    "neg": Op.NEGATIVE,
    "sign": Op.SIGN,
    "sin": Op.SIN,
    "cos": Op.COS,
    "tan": Op.TAN,
    "asin": Op.ASIN,
    "acos": Op.ACOS,
    "atan": Op.ATAN,
    "sinh": Op.SINH,
    "cosh": Op.COSH,
    "tanh": Op.TANH,
    "asinh": Op.ASINH,
    "acosh": Op.ACOSH,
    "atanh": Op.ATANH,
    "logistic": Op.SIGMOID,
    "erf": Op.ERF,
    "erfc": Op.ERFC,
    "erf_inv": Op.ERFINV,
    "lgamma": Op.LGAMMA,
    "digamma": Op.DIGAMMA,
    "floor": Op.FLOOR,
    "ceil": Op.CEIL,
    "is_finite": Op.IS_FINITE,
    "stop_gradient": Op.DETACH,
    "conj": Op.COPY,
    "real": Op.COPY,
    "imag": Op.OPAQUE,
    "cbrt": Op.OPAQUE,
    "bessel_i0e": Op.OPAQUE,
    "bessel_i1e": Op.OPAQUE,
}

_BINARY = {
    "add": Op.ADD,
    "sub": Op.SUBTRACT,
    "mul": Op.MULTIPLY,
    "div": Op.DIVIDE,
    "rem": Op.OPAQUE,
    "max": Op.MAXIMUM,
    "min": Op.MINIMUM,
    "eq": Op.EQUAL,
    "ne": Op.NOT_EQUAL,
    "lt": Op.LESS,
    "le": Op.LESS_EQUAL,
    "gt": Op.GREATER,
    "ge": Op.GREATER_EQUAL,
}

_REDUCTIONS = {
    "reduce_sum": Op.SUM,
    "reduce_prod": Op.PRODUCT,
    "reduce_max": Op.REDUCE_MAX,
    "reduce_min": Op.REDUCE_MIN,
    "reduce_and": Op.ALL,
    "reduce_or": Op.ANY,
}

_SCANS = {
    "cumsum": Op.CUMSUM,
    "cumprod": Op.CUMPROD,
    "cummax": Op.SELECT,
    "cummin": Op.SELECT,
    "cumlogsumexp": Op.LOGCUMSUMEXP,
}

_RESHAPING = {
    "reshape": "operand>x | new_sizes>size dimensions",
    "transpose": "operand>x | permutation",
    "squeeze": "array>x | dimensions>axis",
    "expand_dims": "array>x | dimensions>axis",
    "broadcast": "operand>x | sizes>size",
    "broadcast_in_dim": "operand>x | shape>size broadcast_dimensions",
    "broadcast_to_rank": "x | rank",
    "collapse": "operand>x | start_dimension stop_dimension",
    "rev": "operand>x | dimensions",
    "tile": "operand>x | reps",
    "all_gather": "x | axis_name axis_index_groups axis tiled",
    "ppermute": "x | axis_name perm",
}

_SELECTING = {
    "slice": "operand>x | start_indices limit_indices strides",
    "slice_in_dim": "operand>x | start_index limit_index stride axis",
    "index_in_dim": "operand>x | index axis keepdims",
    "dynamic_slice": "operand>x | start_indices slice_sizes",
    "dynamic_slice_in_dim": "operand>x | start_index slice_size axis",
    "dynamic_index_in_dim": "operand>x | index axis keepdims",
    "gather": "operand>x | start_indices dimension_numbers slice_sizes",
    "sort": "operand>x | dimension>axis is_stable num_keys",
    "split": "operand>x | sizes axis",
    "top_k": "operand>x | k axis",
    "approx_max_k": "operand>x | k reduction_dimension recall_target reduction_input_size_override",
}


def _arranged(op: Op, text: str) -> Call:
    operands, _, options = text.partition("|")
    return call(op, operands, options)


_CONVOLUTIONS = {
    "conv": "window_strides padding",
    "conv_general_dilated": "window_strides padding lhs_dilation rhs_dilation dimension_numbers feature_group_count",
    "conv_with_general_padding": "window_strides padding lhs_dilation rhs_dilation",
    "conv_transpose": "strides padding rhs_dilation dimension_numbers",
}

_PRODUCTS = {
    "dot": "dimension_numbers precision",
    "dot_general": "dimension_numbers precision",
    "batch_matmul": "precision",
}

LAX: dict[str, Call | Overload] = {
    **{name: call(op, "x") for name, op in _UNARY.items()},
    **{name: call(op, "x y") for name, op in _BINARY.items()},
    **{name: call(op, "operand>x", "axes>axis") for name, op in _REDUCTIONS.items()},
    **{name: call(op, "operand>x", "axis reverse", axis=0) for name, op in _SCANS.items()},
    **{name: _arranged(Op.RESHAPE, text) for name, text in _RESHAPING.items()},
    **{name: _arranged(Op.SELECT, text) for name, text in _SELECTING.items()},
    **{name: call(Op.LINEAR, "lhs>x rhs>weight", options) for name, options in _CONVOLUTIONS.items()},
    **{name: call(Op.MATMUL, "lhs>x rhs>y", options) for name, options in _PRODUCTS.items()},
    "round": call(Op.ROUND, "x", "rounding_method"),
    "atan2": call(Op.ATAN2, "x>y y>x"),
    "pow": call(Op.POWER, "x y>exponent"),
    "integer_pow": call(Op.POWER, "x y>exponent"),
    "polygamma": call(Op.POLYGAMMA, "x", "m>n", order=(1, 0)),
    "zeta": call(Op.ZETA, "x q>y"),
    "clamp": call(Op.CLAMP, "x", "min max", order=(1, 0, 2)),
    "select": call(Op.WHERE, "pred>condition on_true>x on_false>y"),
    "argmax": call(Op.ARGMAX, "operand>x", "axis index_dtype"),
    "argmin": call(Op.ARGMAX, "operand>x", "axis index_dtype"),
    "concatenate": call(Op.CONCATENATE, "operands>x", "dimension>axis"),
    "pad": call(Op.OPAQUE, "operand>x padding_value>y", "padding_config"),
    "dynamic_update_slice": call(Op.STORE, "operand>x update>y", "start_indices>index"),
    "dynamic_update_slice_in_dim": call(Op.STORE, "operand>x update>y", "start_index>index axis"),
    "dynamic_update_index_in_dim": call(Op.STORE, "operand>x update>y", "index axis"),
    "full": call(Op.FULL, "", "shape>size fill_value>value dtype"),
    "full_like": call(Op.LIKE, "x", "fill_value>value dtype shape"),
    "iota": call(Op.ARANGE, "", "dtype size>end", start=0, step=1),
    "broadcasted_iota": call(Op.RANDOM_INTEGER, "", "dtype shape>size dimension", low=0),
    "convert_element_type": call(Op.CAST, "operand>x", "new_dtype>dtype"),
    # over devices
    "psum": call(Op.SUM, "x", "axis_name axis_index_groups"),
    "pmean": call(Op.COPY, "x", "axis_name axis_index_groups"),
    "pmax": call(Op.COPY, "x", "axis_name axis_index_groups"),
    "pmin": call(Op.COPY, "x", "axis_name axis_index_groups"),
    "axis_index": call(Op.RANDOM_INTEGER, "", "axis_name", result=Kind.TENSOR, low=0),
    **{
        f"scatter{name}": call(
            Op.OPAQUE, "operand>x updates>y", "scatter_indices dimension_numbers", order=(0, 2, 1, 3)
        )
        for name in words("_add _mul _min _max")
    },
}
