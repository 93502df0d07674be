"""The standard library's `math`: Python numbers, whose poles raise instead of giving NaN."""

from math import e, inf, nan, pi, tau

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework

_UNARY = {
    "log2": Op.LOG2,
    "log10": Op.LOG10,
    "log1p": Op.LOG1P,
    "exp": Op.EXP,
    "expm1": Op.EXPM1,
    "sqrt": Op.SQRT,
    "fabs": Op.ABSOLUTE,
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
    "erf": Op.ERF,
    "erfc": Op.ERFC,
    "lgamma": Op.LGAMMA,
    "floor": Op.FLOOR,
    "ceil": Op.CEIL,
    "isnan": Op.IS_NAN,
    "isinf": Op.IS_INF,
    "isfinite": Op.IS_FINITE,
    "trunc": Op.OPAQUE,
    "gamma": Op.OPAQUE,
    "factorial": Op.OPAQUE,
    "isqrt": Op.OPAQUE,
    "degrees": Op.OPAQUE,
    "radians": Op.OPAQUE,
}

_WHOLE = {"floor", "ceil", "trunc", "factorial", "isqrt"}
_TESTS = {"isnan", "isinf", "isfinite"}


def _result(name: str) -> Kind:
    if name in _TESTS:
        return Kind.BOOLEAN
    return Kind.INTEGER if name in _WHOLE else Kind.NUMBER


FRAMEWORK = Framework(
    name="math",
    roots=("math",),
    default_float=Dtype.FLOAT64,
    result=Kind.NUMBER,
    gradients=False,
    functions={
        **{f"math.{name}": call(op, "x", result=_result(name)) for name, op in _UNARY.items()},
        "math.log": call(Op.LOG, "x", "base"),
        "math.pow": call(Op.POWER, "x y>exponent"),
        "math.atan2": call(Op.ATAN2, "y x"),
        "math.hypot": call(Op.HYPOT, "x y"),
        "math.fmod": call(Op.OPAQUE, "x y"),
        "math.copysign": call(Op.OPAQUE, "x y"),
        "math.ldexp": call(Op.OPAQUE, "x i>y"),
        "math.dist": call(Op.PAIRWISE_DISTANCE, "p>x q>y", ord=2),
        "math.fsum": call(Op.SUM, "seq>x"),
        "math.prod": call(Op.PRODUCT, "iterable>x", "start"),
        "math.isclose": call(Op.EQUAL, "a>x b>y", result=Kind.BOOLEAN),
        "math.gcd": call(Op.OPAQUE, "x y", result=Kind.INTEGER),
        "math.comb": call(Op.OPAQUE, "n>x k>y", result=Kind.INTEGER),
    },
    constants={"math.pi": pi, "math.e": e, "math.tau": tau, "math.inf": inf, "math.nan": nan},
    spellings={
        Op.LOG1P: "[math.log1p]({x})",
        Op.EXPM1: "[math.expm1]({x})",
        Op.TANH: "[math.tanh]({x})",
        Op.SQRT: "[math.sqrt]({x})",
        Op.LOG: "[math.log]({x})",
        Op.LGAMMA: "[math.lgamma]({x})",
        Op.IS_FINITE: "[math.isfinite]({x})",
    },
)
