"""`jax.numpy`: NumPy's functions, but for what JAX lacks, orders otherwise or fills with zeros."""

from dataclasses import replace

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, parameters
from nanlint.frameworks.numpy.arrangement import ARRANGEMENT
from nanlint.frameworks.numpy.creation import CREATION
from nanlint.frameworks.numpy.elementwise import BINARY, ELEMENTWISE, UNARY
from nanlint.frameworks.numpy.linalg import LINALG, PRODUCTS
from nanlint.frameworks.numpy.reductions import REDUCING_UFUNCS, REDUCTIONS

_ABSENT = frozenset({"ascontiguousarray", "fix", "row_stack"})

# As NumPy's, without `out`, `where` and `dtype`.
_UFUNCS = {name: entry for name, entry in ELEMENTWISE.items() if name in {*UNARY, *BINARY, "pow", "power"}}
_POWERS = {name: call(Op.POWER, "x1>x x2>exponent") for name in ("power", "pow")}
_ATAN2 = call(Op.ATAN2, "x1>y x2>x")

_CREATED = {
    "zeros": call(Op.FULL, "", "shape>size dtype", value=0),
    "ones": call(Op.FULL, "", "shape>size dtype", value=1),
    "empty": call(Op.FULL, "", "shape>size dtype", value=0),
    "full": call(Op.FULL, "", "shape>size fill_value>value dtype"),
    "zeros_like": call(Op.LIKE, "a>x", "dtype shape", value=0),
    "ones_like": call(Op.LIKE, "a>x", "dtype shape", value=1),
    "empty_like": call(Op.LIKE, "prototype>x", "dtype shape", value=0),
    "full_like": call(Op.LIKE, "a>x", "fill_value>value dtype shape"),
    "eye": call(Op.EYE, "", "N M k dtype"),
    "array": call(Op.TENSOR, "object>x", "dtype copy order ndmin"),
    "asarray": call(Op.TENSOR, "a>x", "dtype order"),
    "frombuffer": call(Op.READ, "", "buffer>path dtype count offset"),
    "load": call(Op.READ, "", "file>path"),
}
_CREATED_ALIKE = [
    "identity",
    "tri",
    "arange",
    "linspace",
    "logspace",
    "geomspace",
    "hanning",
    "hamming",
    "tril_indices",
    "triu_indices",
    "indices",
]

_DIFFERENT: dict[str, Call | Overload] = {
    **{name: replace(entry, options=()) for name, entry in _UFUNCS.items() if isinstance(entry, Call)},
    **{name: call(op, "x y") for name, op in BINARY.items()},
    **_POWERS,
    "float_power": call(Op.POWER, "x y>exponent"),
    "arctan2": _ATAN2,
    "atan2": _ATAN2,
    "clip": call(Op.CLAMP, "arr>x", "min max a_min>min a_max>max"),
    "broadcast_to": call(Op.RESHAPE, "array>x", "shape>size"),
    "permute_dims": call(Op.RESHAPE, "a>x", "axes"),
    "matrix_transpose": call(Op.RESHAPE, "x"),
    "copy": call(Op.COPY, "a>x", "order"),
    "fmax": call(Op.MAXIMUM, "x1>x x2>y"),
    "fmin": call(Op.MINIMUM, "x1>x x2>y"),
    "concatenate": call(Op.CONCATENATE, "arrays>x", "axis dtype"),
    "stack": call(Op.CONCATENATE, "arrays>x", "axis out dtype"),
    **{name: call(Op.CONCATENATE, "tup>x", "dtype") for name in ("hstack", "vstack", "dstack")},
    "corrcoef": call(Op.COVARIANCE, "x", "y rowvar dtype"),
    "take_along_axis": call(Op.SELECT, "arr>x", "indices>index axis mode fill_value"),
    "take": call(Op.SELECT, "a>x", "indices>index axis out mode unique_indices"),
    "astype": call(Op.CAST, "x", "dtype copy device"),
    "partition": call(Op.SELECT, "a>x", "kth axis"),
    "select": call(Op.JOIN, "choicelist>x default>y", "condlist", order=(2, 0, 1)),
    "isin": call(Op.CONTAINS, "element>x test_elements>y", "assume_unique invert"),
    "histogram": call(Op.HISTOGRAM, "a>x", "bins range weights density"),
    "matmul": call(Op.MATMUL, "a>x b>y"),
    "vecdot": call(Op.MATMUL, "x1>x x2>y", "axis"),
    "cumulative_sum": call(Op.CUMSUM, "x", "axis dtype include_initial"),
    "cumulative_prod": call(Op.CUMPROD, "x", "axis dtype include_initial"),
    "block": call(Op.CONCATENATE, "arrays>x"),
    "polyval": call(Op.OPAQUE, "p x"),
    "trapezoid": call(Op.OPAQUE, "y>x", "x>points dx axis"),
    "apply_along_axis": call(Op.OPAQUE, "arr>x", "func1d axis", order=(1, 2, 0)),
    "fmod": call(Op.OPAQUE, "x1>x x2>y"),
}

ARRAY_FUNCTIONS: dict[str, Call | Overload] = {
    **{
        name: entry
        for table in (ELEMENTWISE, REDUCTIONS, ARRANGEMENT, PRODUCTS)
        for name, entry in table.items()
        if name not in _ABSENT
    },
    **{name: CREATION[name] for name in _CREATED_ALIKE},
    **_CREATED,
    **_DIFFERENT,
    **{f"{name}.reduce": replace(entry, operands=parameters("a>x")) for name, entry in REDUCING_UFUNCS.items()},
}

ARRAY_LINALG: dict[str, Call | Overload] = {
    **LINALG,
    "pinv": call(Op.PSEUDO_INVERSE, "a>x", "rtol hermitian rcond"),
    "eigh": call(Op.EIGENVECTORS, "a>x", "UPLO symmetrize_input"),
    "matrix_rank": call(Op.COUNT_NONZERO, "M>x", "rtol hermitian tol"),
}

UPDATES: dict[str, Op] = {
    "set": Op.STORE,
    "add": Op.ADD,
    "subtract": Op.SUBTRACT,
    "multiply": Op.MULTIPLY,
    "mul": Op.MULTIPLY,
    "divide": Op.DIVIDE,
    "power": Op.POWER,
    "min": Op.MINIMUM,
    "max": Op.MAXIMUM,
}

INDEXED_UPDATES: dict[str, Call | Overload] = {
    # gone since JAX 0.3
    f"jax.ops.index_{name}": call(Op.OPAQUE, "x y", "idx", order=(0, 2, 1), result=Kind.TENSOR)
    for name in ("update", "add", "mul", "min", "max")
}
