"""What JAX's arrays have: NumPy's methods but for those that write in place."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call
from nanlint.frameworks.numpy.arrangement import ARRANGING_METHODS
from nanlint.frameworks.numpy.arrangement import ATTRIBUTES as NUMPY_ATTRIBUTES
from nanlint.frameworks.numpy.reductions import REDUCING_METHODS

METHODS: dict[str, Call | Overload] = {
    **REDUCING_METHODS,
    **{name: entry for name, entry in ARRANGING_METHODS.items() if name != "fill"},
    "astype": call(Op.CAST, "self>x", "dtype copy device"),
    "copy": call(Op.COPY, "self>x"),
    "take": call(Op.SELECT, "self>x", "indices>index axis out mode unique_indices"),
    "view": call(Op.OPAQUE, "self>x", "dtype type"),
    "sort": call(Op.SELECT, "self>x", "axis kind order stable descending"),
    "ptp": call(Op.OPAQUE, "self>x", "axis out keepdims>keepdim"),
    "block_until_ready": call(Op.COPY, "self>x"),
    "to_device": call(Op.COPY, "self>x", "device"),
}

TELLING = frozenset(
    {"astype", "tolist", "cumsum", "cumprod", "argmax", "argmin", "argsort", "ravel", "block_until_ready"}
)

ATTRIBUTES: dict[str, Call] = {name: entry for name, entry in NUMPY_ATTRIBUTES.items() if name != "flat"}
