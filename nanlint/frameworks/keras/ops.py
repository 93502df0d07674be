"""`keras.ops`: the functions of Keras 3 on the arrays of any backend."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words
from nanlint.frameworks.keras.activations import ACTIVATIONS
from nanlint.frameworks.keras.arrays import ARRANGEMENT, CREATION, LINALG, NETWORKS

_UNARY = {
    Op.LOG: "log",
    Op.LOG2: "log2",
    Op.LOG10: "log10",
    Op.LOG1P: "log1p",
    Op.EXP: "exp",
    Op.EXP2: "exp2",
    Op.EXPM1: "expm1",
    Op.SQRT: "sqrt",
    Op.RSQRT: "rsqrt",
    Op.SQUARE: "square",
    Op.RECIPROCAL: "reciprocal",
    Op.ABSOLUTE: "abs absolute fabs",
    Op.NEGATIVE: "negative",
    Op.SIGN: "sign",
    Op.SIN: "sin",
    Op.COS: "cos",
    Op.TAN: "tan",
    Op.ASIN: "arcsin",
    Op.ACOS: "arccos",
    Op.ATAN: "arctan",
    Op.SINH: "sinh",
    Op.COSH: "cosh",
    Op.TANH: "tanh",
    Op.ASINH: "arcsinh",
    Op.ACOSH: "arccosh",
    Op.ATANH: "arctanh",
    Op.ERF: "erf",
    Op.ERFC: "erfc",
    Op.ERFINV: "erfinv",
    Op.SINC: "sinc",
    Op.FLOOR: "floor",
    Op.CEIL: "ceil",
    Op.IS_NAN: "isnan",
    Op.IS_INF: "isinf",
    Op.IS_FINITE: "isfinite",
    Op.LOGICAL_NOT: "logical_not bitwise_not bitwise_invert",
    Op.COPY: "copy conj conjugate real",
    Op.DETACH: "convert_to_numpy",
    Op.NONZERO: "nonzero",
    Op.RESHAPE: "ravel fliplr flipud",
    Op.OPAQUE: """
        angle cbrt deg2rad rad2deg i0 imag isneginf isposinf isreal signbit trunc fft fft2 ifft2 sparse_plus
        sparse_sigmoid tanh_shrink
    """,
    Op.DETERMINANT: "det",
    Op.LOG_DETERMINANT: "logdet",
    Op.INVERSE: "inv",
    Op.EIGENVECTORS: "eigh eig",
    Op.DECOMPOSE: "lu_factor",
    Op.COVARIANCE: "corrcoef",
    Op.LOG_ABS_DETERMINANT: "slogdet",
}

_BINARY = {
    Op.ADD: "add",
    Op.SUBTRACT: "subtract",
    Op.MULTIPLY: "multiply",
    Op.DIVIDE: "divide true_divide",
    Op.DIVIDE_NO_NAN: "divide_no_nan",
    Op.FLOOR_DIVIDE: "floor_divide",
    Op.REMAINDER: "mod",
    Op.MATMUL: "matmul dot inner outer vdot kron",
    Op.LOGADDEXP: "logaddexp",
    Op.HYPOT: "hypot",
    Op.MAXIMUM: "maximum fmax",
    Op.MINIMUM: "minimum fmin",
    Op.LESS: "less",
    Op.LESS_EQUAL: "less_equal",
    Op.GREATER: "greater",
    Op.GREATER_EQUAL: "greater_equal",
    Op.EQUAL: "equal",
    Op.NOT_EQUAL: "not_equal logical_xor",
    Op.LOGICAL_AND: "logical_and",
    Op.LOGICAL_OR: "logical_or",
    Op.OPAQUE: "fmod gcd lcm heaviside ldexp logaddexp2 nextafter",
}

ELEMENTWISE: dict[str, Call | Overload] = {
    **{name: call(op, "x") for op, names in _UNARY.items() for name in names.split()},
    **{name: call(op, "x1>x x2>y") for op, names in _BINARY.items() for name in names.split()},
    "power": call(Op.POWER, "x1>x x2>exponent"),
    "arctan2": call(Op.ATAN2, "x1>y x2>x"),
    "clip": call(Op.CLAMP, "x", "x_min>min x_max>max"),
    "round": call(Op.ROUND, "x", "decimals"),
    "nan_to_num": call(Op.NAN_TO_NUM, "x", "nan posinf neginf"),
    "isclose": call(Op.EQUAL, "x1>x x2>y", "rtol atol equal_nan"),
    "allclose": call(Op.EQUAL, "x1>x x2>y", "rtol atol equal_nan", result=Kind.BOOLEAN),
    "where": call(Op.WHERE, "condition x1>x x2>y"),
    "cast": call(Op.CAST, "x", "dtype"),
    "saturate_cast": call(Op.CAST, "x", "dtype"),
    "stop_gradient": call(Op.DETACH, "variable>x"),
    "tensordot": call(Op.MATMUL, "x1>x x2>y", "axes"),
    "cross": call(Op.MATMUL, "x1>x x2>y", "axisa axisb axisc axis"),
    "einsum": call(Op.OPAQUE, "subscripts", "*operands"),
    "correlate": call(Op.MATMUL, "x1>x x2>y", "mode"),
    "polar": call(Op.OPAQUE, "abs_>x angle>y"),
}

_ALONG = "axis keepdims>keepdim"
_EXTREME = f"{_ALONG} initial"
_PART = "q axis method keepdims>keepdim"

REDUCTIONS: dict[str, Call | Overload] = {
    **{name: call(Op.SUM, "x", _ALONG) for name in ("sum", "nansum")},
    **{name: call(Op.MEAN, "x", _ALONG) for name in ("mean", "nanmean")},
    "prod": call(Op.PRODUCT, "x", f"{_ALONG} dtype"),
    "nanprod": call(Op.PRODUCT, "x", _ALONG),
    "max": call(Op.REDUCE_MAX, "x", _EXTREME),
    "min": call(Op.REDUCE_MIN, "x", _EXTREME),
    **{name: call(Op.REDUCE_MAX, "x", _ALONG) for name in ("amax", "nanmax")},
    **{name: call(Op.REDUCE_MIN, "x", _ALONG) for name in ("amin", "nanmin")},
    **{name: call(Op.STD, "x", _ALONG, correction=0) for name in ("std", "nanstd")},
    **{name: call(Op.VAR, "x", _ALONG, correction=0) for name in ("var", "nanvar")},
    **{name: call(Op.MEDIAN, "x", _ALONG) for name in ("median", "nanmedian")},
    **{name: call(Op.SELECT, "x", _PART) for name in ("quantile", "nanquantile", "percentile", "nanpercentile")},
    "norm": call(Op.NORM, "x", "ord axis keepdims>keepdim"),
    "logsumexp": call(Op.LOGSUMEXP, "x", _ALONG),
    "any": call(Op.ANY, "x", _ALONG),
    "all": call(Op.ALL, "x", _ALONG),
    **{name: call(Op.ARGMAX, "x", _ALONG) for name in ("argmax", "argmin", "nanargmax", "nanargmin")},
    "argsort": call(Op.ARGMAX, "x", "axis"),
    "argpartition": call(Op.ARGMAX, "x", "kth axis"),
    "average": call(Op.MEAN, "x", "axis weights"),
    "ptp": call(Op.OPAQUE, "x", _ALONG),
    "trace": call(Op.SUM, "x", "offset axis1 axis2"),
    "count_nonzero": call(Op.COUNT_NONZERO, "x", "axis"),
    "bincount": call(Op.COUNT_NONZERO, "x", "weights minlength sparse"),
    "matrix_rank": call(Op.COUNT_NONZERO, "x", "tol"),
    "digitize": call(Op.ARGMAX, "x", "bins"),
    "searchsorted": call(Op.ARGMAX, "values>x", "sorted_sequence side", order=(1, 0, 2)),
    **{name: call(Op.CUMSUM, "x", "axis dtype") for name in ("cumsum", "nancumsum")},
    **{name: call(Op.CUMPROD, "x", "axis dtype") for name in ("cumprod", "nancumprod")},
    "moments": call(Op.VAR, "x", "axes>axis keepdims>keepdim synchronized", correction=0),
    "histogram": call(Op.HISTOGRAM, "x", "bins range"),
    "diff": call(Op.OPAQUE, "a>x", "n axis"),
    "trapezoid": call(Op.OPAQUE, "y", "x dx axis"),
    **{f"segment_{name}": call(op, "data>x", "segment_ids num_segments sorted") for name, op in (
        ("sum", Op.SUM), ("max", Op.REDUCE_MAX), ("min", Op.REDUCE_MIN), ("prod", Op.PRODUCT))},
}  # fmt: skip

NORMALISING: dict[str, Call | Overload] = {
    **{
        name: made
        for name, made in ACTIVATIONS.items()
        if name not in ("linear", "relu", "exponential", "mish", "gelu")
    },
    "relu": call(Op.RELU, "x"),
    "gelu": call(Op.GELU, "x", "approximate"),
    "normalize": call(Op.NORMALIZE, "x", "axis order>ord epsilon>eps", axis=-1, ord=2, eps=1e-7),
    "layer_normalization": call(Op.STANDARDIZE, "x", "gamma beta axis epsilon>eps"),
    "rms_normalization": call(Op.STANDARDIZE, "x", "scale axis epsilon>eps"),
    "batch_normalization": call(Op.STANDARDIZE, "x", "mean variance axis offset scale epsilon>eps", eps=1e-3),
    "dot_product_attention": call(Op.ATTENTION, "query>x key value", "bias mask scale is_causal"),
    "cdist": call(Op.PAIRWISE_DISTANCE, "x y", ord=2.0),
    "one_hot": call(
        Op.ONE_HOT, "x", "num_classes axis dtype sparse", dtype="numpy.float32", below="zeros", above="zeros"
    ),
    "multi_hot": call(
        Op.ONE_HOT, "inputs>x", "num_classes axis dtype sparse", dtype="numpy.float32", below="zeros", above="zeros"
    ),
}

_OUTPUT = "output>input target"

LOSSES: dict[str, Call | Overload] = {
    "binary_crossentropy": Call(
        Op.BINARY_CROSS_ENTROPY,
        call(Op.OPAQUE, _OUTPUT).operands,
        call(Op.OPAQUE, "", "from_logits").options,
        (("from_logits", False), ("reduction", "none"), ("clip", 1e-7), ("recovers_logits", True)),
        order=(1, 0, 2),
        flag=("from_logits", Op.BINARY_CROSS_ENTROPY_WITH_LOGITS),
    ),
    **{
        name: Call(
            Op.PROBABILITY_CROSS_ENTROPY,
            call(Op.OPAQUE, _OUTPUT).operands,
            call(Op.OPAQUE, "", "from_logits axis").options,
            (("from_logits", False), ("axis", -1), ("sparse", sparse), ("reduction", "none"), ("clip", 1e-7)),
            order=(1, 0, 2, 3),
            flag=("from_logits", Op.CROSS_ENTROPY),
        )
        for name, sparse in (("categorical_crossentropy", False), ("sparse_categorical_crossentropy", True))
    },
    "ctc_loss": call(
        Op.CTC_LOSS_WITH_LOGITS,
        _OUTPUT,
        "target_length output_length mask_index",
        order=(1, 0, 2, 3, 4),
        reduction="none",
    ),
}

_NN = words(
    """
    adaptive_average_pool adaptive_max_pool average_pool batch_normalization binary_crossentropy
    categorical_crossentropy
    celu conv conv_transpose ctc_loss depthwise_conv dot_product_attention elu gelu glu hard_shrink hard_sigmoid
    hard_silu hard_swish hard_tanh layer_normalization leaky_relu log_sigmoid log_softmax max_pool moments multi_hot
    normalize one_hot relu relu6 rms_normalization selu separable_conv sigmoid silu softmax soft_shrink softplus
    softsign sparse_categorical_crossentropy swish tanh_shrink
    """
)
"""What `keras.ops.nn` has as well."""

_NUMERICAL = {**ELEMENTWISE, **REDUCTIONS, **ARRANGEMENT, **CREATION}
_BEYOND_NUMPY = frozenset(
    words(
        """
        rsqrt erf erfc erfinv convert_to_numpy fft fft2 ifft2 sparse_plus sparse_sigmoid tanh_shrink det logdet inv eigh
        eig lu_factor cast saturate_cast stop_gradient polar norm logsumexp matrix_rank segment_sum segment_max
        segment_min segment_prod unstack slice top_k slice_update scatter unfold shape convert_to_tensor moments
        rearrange depth_to_space space_to_depth in_top_k
        """
    )
)
"""What is in `keras.ops` alone, not in `keras.ops.numpy`."""

FUNCTIONS: dict[str, Call | Overload] = {
    **ELEMENTWISE,
    **REDUCTIONS,
    **NORMALISING,
    **LOSSES,
    **NETWORKS,
    **ARRANGEMENT,
    **CREATION,
    **LINALG,
}

OPS: dict[str, Call | Overload] = {
    **{f"keras.ops.{name}": entry for name, entry in FUNCTIONS.items()},
    **{f"keras.ops.numpy.{name}": FUNCTIONS[name] for name in _NUMERICAL if name not in _BEYOND_NUMPY},
    **{f"keras.ops.nn.{name}": entry for name, entry in FUNCTIONS.items() if name in _NN},
    **{f"keras.ops.linalg.{name}": entry for name, entry in LINALG.items()},
}
