"""New tensors: constants, copies of data, memory as it was found, random draws."""

from math import inf

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

TYPED = {
    "FloatTensor": "torch.float32",
    "DoubleTensor": "torch.float64",
    "HalfTensor": "torch.float16",
    "BFloat16Tensor": "torch.bfloat16",
    "LongTensor": "torch.int64",
    "IntTensor": "torch.int32",
    "ShortTensor": "torch.int16",
    "CharTensor": "torch.int8",
    "ByteTensor": "torch.uint8",
    "BoolTensor": "torch.bool",
}


def _of_type(dtype: str) -> Overload:
    """`FloatTensor(data)`, `FloatTensor(*size)`."""
    return Overload(call(Op.EMPTY, "", "*size", dtype=dtype), call(Op.TENSOR, "*data>x", dtype=dtype), sized=True)


CREATION: dict[str, Call | Overload] = {
    "zeros": call(Op.FULL, "", "*size dtype requires_grad", value=0),
    "ones": call(Op.FULL, "", "*size dtype requires_grad", value=1),
    "full": call(Op.FULL, "", "size fill_value>value dtype requires_grad"),
    "eye": call(Op.EYE, "", "n m dtype device"),
    "empty": call(Op.EMPTY, "", "*size dtype"),
    "empty_strided": call(Op.EMPTY, "", "size stride dtype"),
    "zeros_like": call(Op.LIKE, "input>x", "dtype requires_grad", value=0),
    "ones_like": call(Op.LIKE, "input>x", "dtype requires_grad", value=1),
    "full_like": call(Op.LIKE, "input>x", "fill_value>value dtype requires_grad"),
    "empty_like": call(Op.EMPTY, "input>x", "dtype"),
    "arange": Overload(
        call(Op.ARANGE, "", "start end step dtype", step=1),
        call(Op.ARANGE, "", "end step dtype", start=0, step=1),
        counted=True,
    ),
    "range": call(Op.ARANGE, "", "start end step dtype", step=1),
    "linspace": call(Op.ARANGE, "", "start end steps dtype"),
    "sparse_coo_tensor": call(Op.OPAQUE, "", "indices values size dtype device"),
    "sparse_csr_tensor": call(Op.OPAQUE, "", "crow_indices col_indices values size dtype device"),
    "logspace": call(Op.OPAQUE, "", "start end steps base dtype"),
    "tensor": call(Op.TENSOR, "data>x", "dtype device requires_grad"),
    "as_tensor": call(Op.TENSOR, "data>x", "dtype device"),
    "asarray": call(Op.TENSOR, "obj>x", "dtype device copy requires_grad"),
    "from_numpy": call(Op.TENSOR, "ndarray>x"),
    "scalar_tensor": call(Op.TENSOR, "s>x", "dtype"),
    "from_dlpack": call(Op.TENSOR, "ext_tensor>x"),
    "Tensor": _of_type("torch.float32"),
    **{f"{device}{name}": _of_type(dtype) for name, dtype in TYPED.items() for device in ("", "cuda.")},
    "autograd.Variable": call(Op.COPY, "data>x", "requires_grad volatile"),
    "nn.Parameter": call(Op.WEIGHT, "data>x", "requires_grad"),
    "nn.parameter.Parameter": call(Op.WEIGHT, "data>x", "requires_grad"),
    "load": call(Op.READ, "", "f>path map_location pickle_module weights_only", result=Kind.UNKNOWN),
    "from_file": call(Op.READ, "", "filename>path shared size dtype"),
    "rand": call(Op.UNIFORM, "", "*size dtype requires_grad", low=0, high=1),
    "rand_like": call(Op.UNIFORM, "input>x", "dtype", low=0, high=1),
    "randn": call(Op.NORMAL, "", "*size dtype requires_grad", mean=0, std=1),
    "randn_like": call(Op.NORMAL, "input>x", "dtype", mean=0, std=1),
    "normal": call(Op.NORMAL, "", "mean std size dtype", mean=0, std=1),
    # with one bound, that is the excluded upper one: `torch.randint(10, (3,))`
    "randint": call(Op.RANDOM_INTEGER, "", "low high size dtype"),
    "randint_like": call(Op.RANDOM_INTEGER, "input>x", "low high dtype"),
    "randperm": call(Op.RANDOM_INTEGER, "", "n>high dtype", low=0),
    "poisson": call(Op.RANDOM_INTEGER, "input>x", low=0, dtype="torch.float32"),
    "hann_window": call(Op.UNIFORM, "", "window_length>size periodic", low=0, high=1, closed=True),
    "hamming_window": call(Op.UNIFORM, "", "window_length>size periodic", low=0, high=1, closed=True),
    "tril_indices": call(Op.RANDOM_INTEGER, "", "row col offset", low=0),
    "triu_indices": call(Op.RANDOM_INTEGER, "", "row col offset", low=0),
}

NEW_METHODS: dict[str, Call | Overload] = {
    "new_zeros": call(Op.FULL, "self", "*size dtype", value=0),
    "new_ones": call(Op.FULL, "self", "*size dtype", value=1),
    "new_full": call(Op.FULL, "self", "size fill_value>value dtype"),
    "new_empty": call(Op.EMPTY, "self", "*size dtype"),
    "new_tensor": call(Op.TENSOR, "data>x", "self dtype", order=(1, 0, 2)),
    "new": Overload(call(Op.EMPTY, "self", "*size"), call(Op.TENSOR, "data>x", "self", order=(1, 0)), sized=True),
    "uniform_": call(Op.UNIFORM, "self", "from>low to>high", low=0, high=1),
    "normal_": call(Op.NORMAL, "self", "mean std", mean=0, std=1),
    "random_": call(Op.RANDOM_INTEGER, "self", "from>low to>high", low=0),
    "bernoulli_": call(Op.RANDOM_INTEGER, "self", "p", low=0, high=2, dtype="torch.float32"),
    "exponential_": call(Op.UNIFORM, "self", "lambd", low=2**-24, high=inf),  # never 0, at least half an eps
    "log_normal_": call(Op.UNIFORM, "self", "mean std", low=0, high=inf),
    "geometric_": call(Op.UNIFORM, "self", "p", low=1, high=inf),
    "cauchy_": call(Op.OPAQUE, "self", "median sigma"),
    "fill_": call(Op.FULL, "self", "value"),
    "zero_": call(Op.FULL, "self", value=0),
    "copy_": call(Op.CAST, "src>x self", "non_blocking", order=(1, 0, 2)),
}

_TENSOR = "tensor"

INIT: dict[str, Call | Overload] = {
    "uniform_": call(Op.UNIFORM, _TENSOR, "a>low b>high", low=0, high=1),
    "normal_": call(Op.NORMAL, _TENSOR, "mean std", mean=0, std=1),
    "trunc_normal_": call(Op.NORMAL, _TENSOR, "mean std a>min b>max", mean=0, std=1),
    "constant_": call(Op.FULL, _TENSOR, "val>value"),
    "zeros_": call(Op.FULL, _TENSOR, value=0),
    "ones_": call(Op.FULL, _TENSOR, value=1),
    "eye_": call(Op.EYE, _TENSOR),
    "dirac_": call(Op.UNIFORM, _TENSOR, "groups", low=0, high=1, closed=True),
    "xavier_uniform_": call(Op.WEIGHT, _TENSOR, "gain"),
    "xavier_normal_": call(Op.WEIGHT, _TENSOR, "gain"),
    "kaiming_uniform_": call(Op.WEIGHT, _TENSOR, "a mode nonlinearity"),
    "kaiming_normal_": call(Op.WEIGHT, _TENSOR, "a mode nonlinearity"),
    "orthogonal_": call(Op.WEIGHT, _TENSOR, "gain"),
    "sparse_": call(Op.WEIGHT, _TENSOR, "sparsity std"),
}

ZEROED = {
    "torch.empty": "torch.zeros",
    "torch.Tensor": "torch.zeros",
    "torch.FloatTensor": "torch.zeros",
    "torch.empty_like": "torch.zeros_like",
    ".new": ".new_zeros",
    ".new_empty": ".new_zeros",
}

READERS: dict[str, Call | Overload] = {
    f"torchvision.io.{name}": call(Op.READ, "", "path mode", low=0, high=255, dtype="torch.uint8")
    for name in ("read_image", "decode_image", "decode_jpeg", "decode_png", "image.read_image")
}
