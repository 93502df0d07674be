"""Element types, constants and annotations of NumPy."""

from math import e, inf, nan, pi

from nanlint.domain.dtypes import Dtype

_TYPES = {
    Dtype.FLOAT16: "float16 half",
    Dtype.FLOAT32: "float32 single",
    Dtype.FLOAT64: "float64 double float_ float",
    Dtype.BOOLEAN: "bool_ bool bool8",
    Dtype.INTEGER: """
        int8 int16 int32 int64 int_ int intc intp byte short long longlong uint8 uint16 uint32 uint64 uint uintc uintp
        ubyte ushort ulong ulonglong
    """,
}

DTYPES = {f"numpy.{name}": dtype for dtype, names in _TYPES.items() for name in names.split()}

CONSTANTS = {
    "numpy.pi": pi,
    "numpy.e": e,
    "numpy.euler_gamma": 0.5772156649015329,
    "numpy.inf": inf,
    "numpy.Inf": inf,
    "numpy.infty": inf,
    "numpy.Infinity": inf,
    "numpy.PINF": inf,
    "numpy.NINF": -inf,
    "numpy.nan": nan,
    "numpy.NaN": nan,
    "numpy.NAN": nan,
}

TENSOR_TYPES = frozenset({"numpy.ndarray", "numpy.typing.NDArray", "numpy.typing.ArrayLike", "numpy.matrix"})
