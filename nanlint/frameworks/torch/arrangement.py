"""Selecting, joining and reshaping: what PyTorch has as functions and as methods and leaves elements as they are."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Call, Overload, call, words

RESHAPING = {
    "reshape": "shape>size",
    "flatten": "start_dim end_dim",
    "unflatten": "dim>axis sizes>size",
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
    "as_strided": "size stride",
}

COPYING = words("clone conj resolve_conj real")

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
    "tensor_split": "indices_or_sections dim>axis",
    "split_with_sizes": "split_sizes dim>axis",
    "hsplit": "indices_or_sections",
    "vsplit": "indices_or_sections",
    "dsplit": "indices_or_sections",
    "unbind": "dim>axis",
    "topk": "k dim>axis largest sorted",
    "sort": "dim>axis descending",
    "msort": "",
    "unique": "sorted return_inverse return_counts dim>axis",
    "unique_consecutive": "return_inverse return_counts dim>axis",
}

_SCATTER = call(Op.OPAQUE, "input>x", "dim>axis index src reduce")

ARRANGEMENT: dict[str, Call | Overload] = {
    **{name: call(Op.RESHAPE, "input>x", options) for name, options in RESHAPING.items()},
    **{name: call(Op.COPY) for name in COPYING},
    **{name: call(Op.SELECT, "input>x", options) for name, options in SELECTING.items()},
    "diag": call(Op.PAD, "input>x", "diagonal"),
    "diag_embed": call(Op.PAD, "input>x", "offset dim1 dim2"),
    "diagflat": call(Op.PAD, "input>x", "offset"),
    "tril": call(Op.PAD, "input>x", "diagonal"),
    "triu": call(Op.PAD, "input>x", "diagonal"),
    "masked_fill": call(Op.MASKED_FILL, "input>x mask value"),
    "masked_scatter": call(Op.OPAQUE, "input>x mask source"),
    "detach": call(Op.DETACH),
    "scatter": _SCATTER,
    "scatter_add": call(Op.OPAQUE, "input>x", "dim>axis index src"),
    "scatter_reduce": _SCATTER,
    "index_add": call(Op.OPAQUE, "input>x", "dim>axis index source alpha"),
    "index_copy": call(Op.OPAQUE, "input>x", "dim>axis index source"),
    "index_fill": call(Op.OPAQUE, "input>x", "dim>axis index value"),
    "index_put": call(Op.OPAQUE, "input>x", "indices values accumulate"),
    "imag": call(Op.OPAQUE),
    "numel": call(Op.LENGTH, result=Kind.INTEGER),
    "multinomial": call(Op.RANDOM_INTEGER, "input>x", "num_samples replacement", low=0),
    "bernoulli": call(Op.RANDOM_INTEGER, "input>x", low=0, high=2),
}
