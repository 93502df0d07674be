"""New tensors and variables: constants, copies of data, placeholders, files, random draws."""

from math import inf

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_FLOAT = "tensorflow.float32"

CREATION: dict[str, Call | Overload] = {
    "zeros": call(Op.FULL, "", "shape>size dtype", value=0),
    "ones": call(Op.FULL, "", "shape>size dtype", value=1),
    "fill": call(Op.FULL, "", "dims>size value"),
    "zeros_like": call(Op.LIKE, "input>x", "dtype tensor>x", value=0),
    "ones_like": call(Op.LIKE, "input>x", "dtype tensor>x", value=1),
    "constant": call(Op.TENSOR, "value>x", "dtype shape>size"),
    "convert_to_tensor": call(Op.TENSOR, "value>x", "dtype dtype_hint preferred_dtype>dtype_hint"),
    "range": Overload(
        call(Op.ARANGE, "", "start limit>end delta>step dtype", step=1),
        call(Op.ARANGE, "", "limit>end delta>step dtype", start=0, step=1),
        counted=True,
    ),
    "linspace": call(Op.ARANGE, "", "start stop>end num>steps axis"),
    "Variable": call(
        Op.WEIGHT, "initial_value>x", "trainable>requires_grad validate_shape caching_device name variable_def dtype"
    ),
    "py_function": call(Op.OPAQUE, "inp>x", "func Tout", result=Kind.UNKNOWN, order=(1, 0, 2)),
    "numpy_function": call(Op.OPAQUE, "inp>x", "func Tout stateful", result=Kind.UNKNOWN, order=(1, 0, 2, 3)),
}

OLD_CREATION: dict[str, Call | Overload] = {
    "placeholder": call(Op.ARGUMENT, "", "dtype shape>size name"),
    "placeholder_with_default": call(Op.ARGUMENT, "input>x", "shape>size name"),
    "sparse_placeholder": call(Op.ARGUMENT, "", "dtype shape>size name"),
    "get_variable": call(Op.WEIGHT, "", "name shape>size dtype initializer regularizer trainable"),
    "lin_space": CREATION["linspace"],
    "assign": call(Op.COPY, "value>x", "ref validate_shape use_locking", order=(1, 0, 2, 3)),
    "assign_add": call(Op.ADD, "ref>x value>y", "use_locking"),
    "assign_sub": call(Op.SUBTRACT, "ref>x value>y", "use_locking"),
    "py_func": call(Op.OPAQUE, "inp>x", "func Tout stateful", result=Kind.UNKNOWN, order=(1, 0, 2, 3)),
}


def _decoded(options: str) -> Call:
    """An image of one byte for each number."""
    return call(Op.READ, "", options, low=0, high=255, dtype="tensorflow.uint8")


_DECODED: dict[str, Call | Overload] = {
    "jpeg": _decoded("contents>path channels ratio fancy_upscaling"),
    "and_crop_jpeg": _decoded("contents>path crop_window channels ratio"),
    "bmp": _decoded("contents>path channels"),
    "gif": _decoded("contents>path"),
    # 16 bits deep where the dtype says so
    "png": call(Op.READ, "", "contents>path channels dtype", dtype="tensorflow.uint8"),
    "image": call(Op.READ, "", "contents>path channels dtype expand_animations", dtype="tensorflow.uint8"),
}

READERS: dict[str, Call | Overload] = {
    **{f"{module}.decode_{name}": made for name, made in _DECODED.items() for module in ("io", "image")},
    "io.decode_raw": call(Op.READ, "", "input_bytes>path out_type>dtype little_endian fixed_length"),
    "io.parse_tensor": call(Op.READ, "", "serialized>path out_type>dtype"),
    "strings.to_number": call(Op.READ, "", "input>path out_type>dtype", text=True, dtype=_FLOAT),
}

OLD_READERS: dict[str, Call | Overload] = {
    "decode_raw": call(Op.READ, "", "input_bytes>path out_type>dtype little_endian bytes>path"),
    "string_to_number": call(Op.READ, "", "string_tensor>path out_type>dtype input>path", text=True, dtype=_FLOAT),
}


RANDOM: dict[str, Call | Overload] = {
    "normal": call(Op.NORMAL, "", "shape>size mean stddev>std dtype seed", mean=0.0, std=1.0),
    "truncated_normal": call(Op.NORMAL, "", "shape>size mean stddev>std dtype seed", mean=0.0, std=1.0),
    "uniform": call(Op.UNIFORM, "", "shape>size minval>low maxval>high dtype seed", low=0),
    "gamma": call(Op.UNIFORM, "", "shape>size alpha beta dtype seed", low=0, high=inf),
    "poisson": call(Op.RANDOM_INTEGER, "", "shape>size lam dtype seed", low=0, dtype=_FLOAT),
    "categorical": call(Op.RANDOM_INTEGER, "logits>x", "num_samples dtype seed", low=0, from_logits=True),
    "shuffle": call(Op.RESHAPE, "value>x", "seed"),
    "stateless_normal": call(Op.NORMAL, "", "shape>size seed mean stddev>std dtype", mean=0.0, std=1.0),
    "stateless_truncated_normal": call(Op.NORMAL, "", "shape>size seed mean stddev>std dtype", mean=0.0, std=1.0),
    "stateless_uniform": call(Op.UNIFORM, "", "shape>size seed minval>low maxval>high dtype", low=0),
    "stateless_categorical": call(Op.RANDOM_INTEGER, "logits>x", "num_samples seed dtype", low=0, from_logits=True),
}

OLD_RANDOM: dict[str, Call | Overload] = {
    "random_normal": RANDOM["normal"],
    "truncated_normal": RANDOM["truncated_normal"],
    "random_uniform": RANDOM["uniform"],
    "random_gamma": RANDOM["gamma"],
    "random_poisson": call(Op.RANDOM_INTEGER, "", "lam shape>size dtype seed", low=0, dtype=_FLOAT),
    "random_shuffle": RANDOM["shuffle"],
    "multinomial": call(Op.RANDOM_INTEGER, "logits>x", "num_samples seed output_dtype>dtype", low=0, from_logits=True),
}

WINDOWS: dict[str, Call | Overload] = {
    f"signal.{name}_window": call(Op.UNIFORM, "", "window_length>size periodic dtype", low=0, high=1, closed=True)
    for name in ("hann", "hamming")
}
