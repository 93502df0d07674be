"""TensorFlow's elementwise functions: `tf.math`, and those that stand in `tf` as well."""

from dataclasses import replace

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

# In tf.math; of one parameter `x`.
UNARY = {
    "abs": Op.ABSOLUTE,
    "acos": Op.ACOS,
    "acosh": Op.ACOSH,
    "asin": Op.ASIN,
    "asinh": Op.ASINH,
    "atan": Op.ATAN,
    "atanh": Op.ATANH,
    "ceil": Op.CEIL,
    "conj": Op.COPY,
    "cos": Op.COS,
    "cosh": Op.COSH,
    "digamma": Op.DIGAMMA,
    "erf": Op.ERF,
    "erfc": Op.ERFC,
    "erfcinv": Op.OPAQUE,
    "erfinv": Op.ERFINV,
    "exp": Op.EXP,
    "expm1": Op.EXPM1,
    "floor": Op.FLOOR,
    "is_finite": Op.IS_FINITE,
    "is_inf": Op.IS_INF,
    "is_nan": Op.IS_NAN,
    "lgamma": Op.LGAMMA,
    "log": Op.LOG,
    "log1p": Op.LOG1P,
    "log_sigmoid": Op.LOG_SIGMOID,
    "logical_not": Op.LOGICAL_NOT,
    "ndtri": Op.OPAQUE,
    "negative": Op.NEGATIVE,
    "reciprocal": Op.RECIPROCAL,
    "rint": Op.ROUND,
    "round": Op.ROUND,
    "rsqrt": Op.RSQRT,
    "sigmoid": Op.SIGMOID,
    "sign": Op.SIGN,
    "sin": Op.SIN,
    "sinh": Op.SINH,
    "sqrt": Op.SQRT,
    "square": Op.SQUARE,
    "tan": Op.TAN,
    "tanh": Op.TANH,
    **dict.fromkeys(words("bessel_i0 bessel_i0e bessel_i1 bessel_i1e"), Op.OPAQUE),
}

BINARY = {
    "add": Op.ADD,
    "divide": Op.DIVIDE,
    "divide_no_nan": Op.DIVIDE_NO_NAN,
    "equal": Op.EQUAL,
    "floordiv": Op.FLOOR_DIVIDE,
    "floormod": Op.REMAINDER,
    "greater": Op.GREATER,
    "greater_equal": Op.GREATER_EQUAL,
    "less": Op.LESS,
    "less_equal": Op.LESS_EQUAL,
    "logical_and": Op.LOGICAL_AND,
    "logical_or": Op.LOGICAL_OR,
    "logical_xor": Op.NOT_EQUAL,
    "maximum": Op.MAXIMUM,
    "minimum": Op.MINIMUM,
    "mod": Op.REMAINDER,
    "multiply": Op.MULTIPLY,
    "multiply_no_nan": Op.OPAQUE,
    "not_equal": Op.NOT_EQUAL,
    "subtract": Op.SUBTRACT,
    "truediv": Op.DIVIDE,
    "xdivy": Op.OPAQUE,
    "xlog1py": Op.OPAQUE,
    "xlogy": Op.XLOGY,
}

_ATAN2 = call(Op.ATAN2, "y x")
_POWER = call(Op.POWER, "x y>exponent")
_CLAMP = call(Op.CLAMP, "t>x", "clip_value_min>min clip_value_max>max")

MATH: dict[str, Call | Overload] = {
    **{name: call(op, "x") for name, op in UNARY.items()},
    **{name: call(op, "x y") for name, op in BINARY.items()},
    "add_n": replace(call(Op.ADD, "inputs>x y"), listed=True),
    "accumulate_n": replace(call(Op.ADD, "inputs>x y", "shape tensor_dtype"), listed=True),
    "angle": call(Op.OPAQUE, "input>x"),
    "atan2": _ATAN2,
    "betainc": call(Op.OPAQUE, "a b x"),
    "igamma": call(Op.OPAQUE, "a x"),
    "igammac": call(Op.OPAQUE, "a x"),
    "imag": call(Op.OPAQUE, "input>x"),
    "lbeta": call(Op.OPAQUE, "x"),
    "nextafter": call(Op.OPAQUE, "x1>x x2>y"),
    "polygamma": call(Op.POLYGAMMA, "x", "a>n", order=(1, 0)),
    "polyval": call(Op.OPAQUE, "coeffs>y x"),
    "pow": _POWER,
    "real": call(Op.COPY, "input>x"),
    "reciprocal_no_nan": call(Op.OPAQUE, "x"),
    "scalar_mul": call(Op.MULTIPLY, "scalar>x x>y"),
    "softplus": call(Op.SOFTPLUS, "features>x"),
    "softsign": call(Op.SOFTSIGN, "features>x"),
    "squared_difference": call(Op.SQUARED_ERROR, "x>input y>target", reduction="none"),
    "zeta": call(Op.ZETA, "x q>y"),
}

_IN_TF = words(
    """
    abs acos acosh add add_n asin asinh atan atan2 atanh cos cosh divide equal exp floor greater greater_equal less
    less_equal logical_and logical_not logical_or maximum minimum multiply negative not_equal pow round scalar_mul
    sigmoid sign sin sinh sqrt square subtract tan tanh truediv
    """
)

_IN_OLD_TF = words(
    """
    accumulate_n angle betainc ceil conj digamma erf erfc expm1 floordiv floormod igamma igammac imag is_finite is_inf
    is_nan lbeta lgamma log log1p log_sigmoid logical_xor mod polygamma real reciprocal rint rsqrt zeta
    """
)
"""Left `tf` for `tf.math` with TensorFlow 2."""

TOP: dict[str, Call | Overload] = {
    **{name: MATH[name] for name in _IN_TF},
    "clip_by_value": _CLAMP,
    "realdiv": call(Op.DIVIDE, "x y"),
    "truncatediv": call(Op.OPAQUE, "x y"),
    "truncatemod": call(Op.OPAQUE, "x y"),
    "grad_pass_through": call(Op.OPAQUE, "f>x"),
}

OLD: dict[str, Call | Overload] = {
    **{name: MATH[name] for name in _IN_OLD_TF},
    "div": call(Op.DIVIDE, "x y"),
    "div_no_nan": call(Op.DIVIDE_NO_NAN, "x y"),
    "floor_div": call(Op.FLOOR_DIVIDE, "x y"),
    "squared_difference": MATH["squared_difference"],
    # before release 1.0
    "mul": call(Op.MULTIPLY, "x y"),
    "sub": call(Op.SUBTRACT, "x y"),
    "neg": call(Op.NEGATIVE, "x"),
    "inv": call(Op.RECIPROCAL, "x"),
    "complex_abs": call(Op.ABSOLUTE, "x"),
}
