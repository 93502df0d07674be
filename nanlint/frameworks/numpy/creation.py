"""New NumPy arrays: constants, copies of data, memory as it was found, files."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Call, Overload, call, words

CREATION: dict[str, Call | Overload] = {
    "zeros": call(Op.FULL, "", "shape>size dtype", value=0),
    "ones": call(Op.FULL, "", "shape>size dtype", value=1),
    "full": call(Op.FULL, "", "shape>size fill_value>value dtype"),
    "empty": call(Op.EMPTY, "", "shape>size dtype"),
    "ndarray": call(Op.EMPTY, "", "shape>size dtype"),
    "zeros_like": call(Op.LIKE, "a>x", "dtype", value=0),
    "ones_like": call(Op.LIKE, "a>x", "dtype", value=1),
    "full_like": call(Op.LIKE, "a>x", "fill_value>value dtype"),
    "empty_like": call(Op.EMPTY, "prototype>x", "dtype"),
    "eye": call(Op.UNIFORM, "", "N M k dtype", low=0, high=1),
    "identity": call(Op.UNIFORM, "", "n dtype", low=0, high=1),
    "tri": call(Op.UNIFORM, "", "N M k dtype", low=0, high=1),
    "arange": Overload(
        call(Op.ARANGE, "", "start stop>end step dtype", step=1),
        call(Op.ARANGE, "", "stop>end start step dtype", start=0, step=1),
        counted=True,
    ),
    "linspace": call(Op.ARANGE, "", "start stop>end num>steps endpoint retstep dtype"),
    "logspace": call(Op.OPAQUE, "", "start stop>end num>steps endpoint base dtype"),
    "geomspace": call(Op.OPAQUE, "", "start stop>end num>steps endpoint dtype"),
    "array": call(Op.TENSOR, "object>x", "dtype"),
    "asarray": call(Op.TENSOR, "a>x", "dtype"),
    "asanyarray": call(Op.TENSOR, "a>x", "dtype"),
    "asarray_chkfinite": call(Op.TENSOR, "a>x", "dtype"),
    "asfortranarray": call(Op.TENSOR, "a>x", "dtype"),
    "matrix": call(Op.TENSOR, "data>x", "dtype"),
    "fromiter": call(Op.TENSOR, "iter>x", "dtype"),
    "load": call(Op.READ, "", "file>path mmap_mode"),
    "loadtxt": call(Op.READ, "", "fname>path dtype"),
    "genfromtxt": call(Op.READ, "", "fname>path dtype"),
    "fromfile": call(Op.READ, "", "file>path dtype"),
    "fromstring": call(Op.READ, "", "string>path dtype"),
    "frombuffer": call(Op.READ, "", "buffer>path dtype"),
    "memmap": call(Op.READ, "", "filename>path dtype"),
    "hanning": call(Op.UNIFORM, "", "M>size", low=0, high=1),
    "hamming": call(Op.UNIFORM, "", "M>size", low=0, high=1),
    "tril_indices": call(Op.RANDOM_INTEGER, "", "n k m", low=0),
    "triu_indices": call(Op.RANDOM_INTEGER, "", "n k m", low=0),
    "indices": call(Op.RANDOM_INTEGER, "", "dimensions>size dtype", low=0),
    "vectorize": call(Op.OPAQUE, "", "pyfunc", result=Kind.FUNCTION),
}

_CASTS = words(
    """
    float16 float32 float64 half single double int8 int16 int32 int64 intc intp int_ byte short long longlong
    uint8 uint16 uint32 uint64 uint ubyte ushort bool_ bool
    """
)

# `np.float32(x)` converts.
CASTS: dict[str, Call | Overload] = {name: call(Op.CAST, "x", dtype=f"numpy.{name}") for name in _CASTS}
