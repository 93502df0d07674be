"""New NumPy arrays: constants, copies of data, memory as it was found, files."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

CREATION: dict[str, Call | Overload] = {
    "zeros": call(Op.FULL, "", "shape>size dtype order", value=0),
    "ones": call(Op.FULL, "", "shape>size dtype order", value=1),
    "full": call(Op.FULL, "", "shape>size fill_value>value dtype order"),
    "empty": call(Op.EMPTY, "", "shape>size dtype order"),
    "ndarray": call(Op.EMPTY, "", "shape>size dtype buffer offset"),
    "zeros_like": call(Op.LIKE, "a>x", "dtype order subok shape", value=0),
    "ones_like": call(Op.LIKE, "a>x", "dtype order subok shape", value=1),
    "full_like": call(Op.LIKE, "a>x", "fill_value>value dtype order subok shape"),
    "empty_like": call(Op.EMPTY, "prototype>x", "dtype order subok shape"),
    "eye": call(Op.EYE, "", "N M k dtype order"),
    "identity": call(Op.EYE, "", "n dtype"),
    "tri": call(Op.UNIFORM, "", "N M k dtype", low=0, high=1, closed=True),
    "arange": Overload(
        call(Op.ARANGE, "", "start stop>end step dtype", step=1),
        call(Op.ARANGE, "", "stop>end step dtype", start=0, step=1),
        counted=True,
    ),
    "linspace": call(Op.ARANGE, "", "start stop>end num>steps endpoint retstep dtype"),
    "logspace": call(Op.OPAQUE, "", "start stop>end num>steps endpoint base dtype"),
    "geomspace": call(Op.OPAQUE, "", "start stop>end num>steps endpoint dtype"),
    "array": call(Op.TENSOR, "object>x", "dtype"),
    "asarray": call(Op.TENSOR, "a>x", "dtype order"),
    "asanyarray": call(Op.TENSOR, "a>x", "dtype order"),
    "asarray_chkfinite": call(Op.TENSOR, "a>x", "dtype order"),
    "asfortranarray": call(Op.TENSOR, "a>x", "dtype"),
    "matrix": call(Op.TENSOR, "data>x", "dtype copy"),
    "fromiter": call(Op.TENSOR, "iter>x", "dtype count"),
    "load": call(Op.READ, "", "file>path mmap_mode allow_pickle fix_imports"),
    "loadtxt": call(Op.READ, "", "fname>path dtype comments delimiter converters skiprows usecols", text=True),
    "genfromtxt": call(Op.READ, "", "fname>path dtype comments delimiter skip_header", text=True),
    "fromfile": call(Op.READ, "", "file>path dtype count sep offset"),
    "fromstring": call(Op.READ, "", "string>path dtype count"),
    "frombuffer": call(Op.READ, "", "buffer>path dtype count offset"),
    "memmap": call(Op.READ, "", "filename>path dtype mode offset shape"),
    "hanning": call(Op.UNIFORM, "", "M>size", low=0, high=1, closed=True),
    "hamming": call(Op.UNIFORM, "", "M>size", low=0, high=1, closed=True),
    "tril_indices": call(Op.RANDOM_INTEGER, "", "n k m", low=0),
    "triu_indices": call(Op.RANDOM_INTEGER, "", "n k m", low=0),
    "indices": call(Op.RANDOM_INTEGER, "", "dimensions>size dtype sparse", low=0),
    "vectorize": call(Op.OPAQUE, "", "pyfunc otypes doc excluded", result=Kind.FUNCTION),
}

_CASTS = words(
    """
    float16 float32 float64 half single double int8 int16 int32 int64 intc intp int_ byte short long longlong
    uint8 uint16 uint32 uint64 uint ubyte ushort bool_ bool
    """
)

# `np.float32(x)` converts.
CASTS: dict[str, Call | Overload] = {name: call(Op.CAST, "value>x", dtype=f"numpy.{name}") for name in _CASTS}

ZEROED = {"numpy.empty": "numpy.zeros", "numpy.ndarray": "numpy.zeros", "numpy.empty_like": "numpy.zeros_like"}
