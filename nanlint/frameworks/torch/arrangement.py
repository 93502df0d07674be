"""Selecting, joining and reshaping: what PyTorch has as functions and as methods and leaves elements as they are."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words
from nanlint.frameworks.torch.native import native

COPYING = words("clone conj resolve_conj real")

RESHAPING = {
    "reshape": "shape>size",
    "flatten": "start_dim end_dim",
    "ravel": "",
    "squeeze": "dim>axis",
    "unsqueeze": "dim>axis",
    "transpose": "dim0 dim1",
    "swapaxes": "axis0 axis1",
    "swapdims": "dim0 dim1",
    "t": "",
    "adjoint": "",
    "permute": "dims",
    "moveaxis": "source destination",
    "movedim": "source destination",
    "broadcast_to": "size",
    "flip": "dims",
    "fliplr": "",
    "flipud": "",
    "roll": "shifts dims",
    "rot90": "k dims",
    "tile": "dims",
    "repeat_interleave": "repeats dim>axis",
    "as_strided": "size stride storage_offset",
}

SELECTING = {
    "gather": "dim>axis index",
    "index_select": "dim>axis index",
    "masked_select": "mask",
    "narrow": "dim>axis start length",
    "select": "dim>axis index",
    "take": "index",
    "take_along_dim": "indices>index dim>axis",
    "diagonal": "offset dim1 dim2",
    "chunk": "chunks dim>axis",
    "tensor_split": "sections dim>axis",
    "split_with_sizes": "split_sizes dim>axis",
    "hsplit": "sections",
    "vsplit": "sections",
    "dsplit": "sections",
    "unbind": "dim>axis",
    "topk": "k dim>axis largest sorted",
    "sort": "dim>axis descending",
    "msort": "",
}

PADDING = {
    "diag": "diagonal",
    "diag_embed": "offset dim1 dim2",
    "diagflat": "offset",
}

WRITING = {
    "scatter": "dim>axis index src reduce value",
    "scatter_add": "dim>axis index src",
    "scatter_reduce": "dim>axis index src reduce include_self",
    "index_add": "dim>axis index source alpha",
    "index_copy": "dim>axis index source",
    "index_fill": "dim>axis index value",
    "index_put": "indices values accumulate",
    "masked_scatter": "mask source",
}

ARRANGEMENT: dict[str, Call | Overload] = {
    **{name: native(Op.COPY) for name in COPYING},
    **{name: native(Op.RESHAPE, options=options) for name, options in RESHAPING.items()},
    **{name: native(Op.SELECT, options=options) for name, options in SELECTING.items()},
    **{name: native(Op.PAD, options=options) for name, options in PADDING.items()},
    **{name: native(Op.OPAQUE, options=options) for name, options in WRITING.items()},
    "unflatten": call(Op.RESHAPE, options="dim>axis sizes>size"),
    "unique": call(Op.SELECT, options="sorted return_inverse return_counts dim>axis"),
    "unique_consecutive": call(Op.SELECT, options="return_inverse return_counts dim>axis"),
    "masked_fill": native(Op.MASKED_FILL, "input>x mask value"),
    "detach": native(Op.DETACH),
    "nonzero": native(Op.NONZERO, options="as_tuple"),
    "tril": native(Op.TRIANGLE, options="diagonal", upper=False),
    "triu": native(Op.TRIANGLE, options="diagonal", upper=True),
    "imag": native(Op.OPAQUE),
    "numel": native(Op.LENGTH, result=Kind.INTEGER),
    "multinomial": native(Op.RANDOM_INTEGER, options="num_samples replacement", low=0),
    "bernoulli": native(Op.RANDOM_INTEGER, options="p", low=0, high=2, dtype="torch.float32"),
}
