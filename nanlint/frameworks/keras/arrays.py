"""`keras.ops` beside arithmetic: networks, arrangement, creation, linear algebra."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_CONVOLUTION = "strides>stride padding data_format dilation_rate>dilation"
_POOL = "pool_size strides>stride padding data_format"

NETWORKS: dict[str, Call | Overload] = {
    **{name: call(Op.LINEAR, "inputs>x kernel>weight", _CONVOLUTION) for name in ("conv", "depthwise_conv")},
    "conv_transpose": call(Op.LINEAR, "inputs>x kernel>weight", "strides>stride padding output_padding data_format"),
    "separable_conv": call(Op.LINEAR, "inputs>x depthwise_kernel>weight", f"pointwise_kernel {_CONVOLUTION}"),
    "adaptive_max_pool": call(Op.POOL, "inputs>x", "output_size data_format", kind="max"),
    "adaptive_average_pool": call(Op.POOL, "inputs>x", "output_size data_format", kind="average"),
    "max_pool": call(Op.POOL, "inputs>x", _POOL, kind="max"),
    "average_pool": call(Op.POOL, "inputs>x", _POOL, kind="average"),
}

_SAME = "axis"

ARRANGEMENT: dict[str, Call | Overload] = {
    "reshape": call(Op.RESHAPE, "x", "newshape>size"),
    "transpose": call(Op.RESHAPE, "x", "axes"),
    "squeeze": call(Op.RESHAPE, "x", _SAME),
    "expand_dims": call(Op.RESHAPE, "x", _SAME),
    "flip": call(Op.RESHAPE, "x", _SAME),
    "swapaxes": call(Op.RESHAPE, "x", "axis1 axis2"),
    "moveaxis": call(Op.RESHAPE, "x", "source destination"),
    "broadcast_to": call(Op.RESHAPE, "x", "shape>size"),
    "tile": call(Op.RESHAPE, "x", "repeats"),
    "repeat": call(Op.RESHAPE, "x", "repeats axis"),
    "roll": call(Op.RESHAPE, "x", "shift axis"),
    "rot90": call(Op.RESHAPE, "array>x", "k axes"),
    "diag": call(Op.PAD, "x", "k"),
    "diagflat": call(Op.PAD, "x", "k"),
    "diagonal": call(Op.SELECT, "x", "offset axis1 axis2"),
    "tril": call(Op.TRIANGLE, "x", "k>diagonal"),
    "triu": call(Op.TRIANGLE, "x", "k>diagonal", upper=True),
    "pad": call(Op.PAD, "x", "pad_width>pad mode constant_values>value"),
    "concatenate": call(Op.CONCATENATE, "xs>x", "axis"),
    "stack": call(Op.CONCATENATE, "x", "axis"),
    **{name: call(Op.CONCATENATE, "xs>x") for name in ("hstack", "vstack", "dstack")},
    "append": call(Op.CONCATENATE, "x1>x x2>y", "axis"),
    "split": call(Op.SELECT, "x", "indices_or_sections axis"),
    "array_split": call(Op.SELECT, "x", "indices_or_sections axis"),
    "unstack": call(Op.SELECT, "x", "num axis"),
    "take": call(Op.SELECT, "x indices", "axis"),
    "take_along_axis": call(Op.SELECT, "x indices", "axis"),
    "get_item": call(Op.SELECT, "x key>indices"),
    "slice": call(Op.SELECT, "inputs>x start_indices>indices", "shape"),
    "sort": call(Op.RESHAPE, "x", "axis"),
    "top_k": call(Op.SELECT, "x", "k sorted"),
    "unique": call(Op.SELECT, "x", "sorted return_index return_inverse return_counts"),
    "slice_update": call(Op.CONCATENATE, "inputs>x updates>y", "start_indices", order=(0, 2, 1)),
    "scatter": call(Op.PAD, "values>x", "indices shape", order=(1, 0, 2)),
    "unfold": call(Op.PAD, "x", "kernel_size dilation padding stride"),
    "view": call(Op.OPAQUE, "x", "dtype"),
    "rearrange": call(Op.RESHAPE, "tensor>x", "pattern"),
    "depth_to_space": call(Op.RESHAPE, "x", "block_size data_format"),
    "space_to_depth": call(Op.RESHAPE, "x", "block_size data_format"),
    **{name: call(Op.SELECT, "x", "indices_or_sections") for name in ("hsplit", "vsplit", "dsplit")},
    "meshgrid": call(Op.RESHAPE, "*x", "indexing"),
    "isin": call(Op.EQUAL, "x1>x x2>y", "assume_unique invert"),
    "in_top_k": call(Op.EQUAL, "targets>x predictions>y", "k"),
    "shape": call(Op.LENGTH, "x", result=Kind.SEQUENCE),
    "size": call(Op.LENGTH, "x", result=Kind.INTEGER),
    "ndim": call(Op.LENGTH, "x", result=Kind.INTEGER),
}

CREATION: dict[str, Call | Overload] = {
    "zeros": call(Op.FULL, "", "shape>size dtype", value=0),
    "ones": call(Op.FULL, "", "shape>size dtype", value=1),
    "full": call(Op.FULL, "", "shape>size fill_value>value dtype"),
    "zeros_like": call(Op.LIKE, "x", "dtype", value=0),
    "ones_like": call(Op.LIKE, "x", "dtype", value=1),
    "full_like": call(Op.LIKE, "x", "fill_value>value dtype"),
    # zeros with two of the three backends, which is what most run
    "empty": call(Op.FULL, "", "shape>size dtype", value=0),
    "empty_like": call(Op.LIKE, "x", "dtype", value=0),
    "eye": call(Op.EYE, "", "N>n M>m k dtype"),
    "identity": call(Op.EYE, "", "n dtype"),
    "tri": call(Op.EYE, "", "N>n M>m k dtype"),
    "arange": Overload(
        call(Op.ARANGE, "", "start stop>end step dtype", step=1),
        call(Op.ARANGE, "", "start>end stop step dtype", start=0, step=1),
        counted=True,
    ),
    "linspace": call(Op.ARANGE, "", "start stop>end num endpoint retstep dtype axis"),
    "logspace": call(Op.OPAQUE, "", "start stop num endpoint base dtype axis"),
    "geomspace": call(Op.OPAQUE, "", "start stop num endpoint dtype axis"),
    "array": call(Op.TENSOR, "x", "dtype"),
    "convert_to_tensor": call(Op.TENSOR, "x", "dtype sparse ragged"),
}

LINALG: dict[str, Call | Overload] = {
    "cholesky": call(Op.CHOLESKY, "x", "upper"),
    "cholesky_inverse": call(Op.INVERSE, "x", "upper"),
    "solve": call(Op.SOLVE, "a>x b>y"),
    "solve_triangular": call(Op.SOLVE, "a>x b>y", "lower"),
    "lstsq": call(Op.SOLVE, "a>x b>y", "rcond"),
    "pinv": call(Op.PSEUDO_INVERSE, "x", "rcond"),
    "qr": call(Op.QR, "x", "mode"),
    "svd": call(Op.SINGULAR_VECTORS, "x", "full_matrices compute_uv"),
}
