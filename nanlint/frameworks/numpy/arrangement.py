"""NumPy's selecting, joining and reshaping: elements stay as they are."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_RESHAPING = {
    "reshape": "a>x | shape>size order",
    "ravel": "a>x | order",
    "squeeze": "a>x | axis",
    "expand_dims": "a>x | axis",
    "transpose": "a>x | axes",
    "swapaxes": "a>x | axis1 axis2",
    "moveaxis": "a>x | source destination",
    "rollaxis": "a>x | axis start",
    "broadcast_to": "array>x | shape>size subok",
    "flip": "m>x | axis",
    "fliplr": "m>x",
    "flipud": "m>x",
    "roll": "a>x | shift axis",
    "rot90": "m>x | k axes",
    "tile": "A>x | reps",
    "repeat": "a>x | repeats axis",
    "resize": "a>x | new_shape>size",
    "atleast_1d": "*arys>x",
    "atleast_2d": "*arys>x",
    "atleast_3d": "*arys>x",
    "meshgrid": "*xi>x | copy sparse indexing",
}

_SELECTING = {
    "take": "a>x | indices>index axis out mode",
    "take_along_axis": "arr>x | indices>index axis",
    "diagonal": "a>x | offset axis1 axis2",
    "split": "ary>x | indices_or_sections axis",
    "array_split": "ary>x | indices_or_sections axis",
    "hsplit": "ary>x | indices_or_sections",
    "vsplit": "ary>x | indices_or_sections",
    "dsplit": "ary>x | indices_or_sections",
    "sort": "a>x | axis kind order stable",
    "partition": "a>x | kth axis kind order",
    "unique": "ar>x | return_index return_inverse return_counts axis",
    "delete": "arr>x | obj axis",
}


def _arranged(op: Op, text: str) -> Call:
    operands, _, options = text.partition("|")
    return call(op, operands, options)


ARRANGEMENT: dict[str, Call | Overload] = {
    **{name: _arranged(Op.RESHAPE, text) for name, text in _RESHAPING.items()},
    **{name: _arranged(Op.SELECT, text) for name, text in _SELECTING.items()},
    "copy": call(Op.COPY, "a>x", "order subok"),
    "ascontiguousarray": call(Op.COPY, "a>x", "dtype"),
    "concatenate": call(Op.CONCATENATE, "arrays>x", "axis"),
    "concat": call(Op.CONCATENATE, "arrays>x", "axis"),
    "stack": call(Op.CONCATENATE, "arrays>x", "axis"),
    "hstack": call(Op.CONCATENATE, "tup>x"),
    "vstack": call(Op.CONCATENATE, "tup>x"),
    "row_stack": call(Op.CONCATENATE, "tup>x"),
    "dstack": call(Op.CONCATENATE, "tup>x"),
    "column_stack": call(Op.CONCATENATE, "tup>x"),
    "append": call(Op.CONCATENATE, "arr>x values>y", "axis"),
    "insert": call(Op.OPAQUE, "arr>x", "obj values axis"),
    "pad": call(Op.PAD, "array>x", "pad_width>pad mode"),
    "diag": call(Op.PAD, "v>x", "k"),
    "diagflat": call(Op.PAD, "v>x", "k"),
    "tril": call(Op.TRIANGLE, "m>x", "k>diagonal", upper=False),
    "triu": call(Op.TRIANGLE, "m>x", "k>diagonal", upper=True),
    "compress": call(Op.SELECT, "a>x", "condition axis", order=(1, 0, 2)),
    "extract": call(Op.SELECT, "arr>x", "condition", order=(1, 0)),
    "choose": call(Op.SELECT, "choices>x", "a>index out mode", order=(1, 0, 2, 3)),
    "isin": call(Op.CONTAINS, "element>x test_elements>y", "assume_unique invert kind"),
    "size": call(Op.LENGTH, "a>x", "axis", result=Kind.INTEGER),
    "ndim": call(Op.LENGTH, "a>x", result=Kind.INTEGER),
    "shape": call(Op.LENGTH, "a>x", result=Kind.SEQUENCE),
    "astype": call(Op.CAST, "x", "dtype"),
}

_METHODS = {
    "reshape": "*shape>size",
    "transpose": "*axes",
    "ravel": "order",
    "flatten": "order",
    "squeeze": "axis",
    "swapaxes": "axis1 axis2",
    "repeat": "repeats axis",
}

ARRANGING_METHODS: dict[str, Call | Overload] = {
    **{name: call(Op.RESHAPE, "self>x", options) for name, options in _METHODS.items()},
    "copy": call(Op.COPY, "self>x", "order"),
    "conj": call(Op.COPY, "self>x"),
    "view": call(Op.OPAQUE, "self>x", "dtype"),
    "take": call(Op.SELECT, "self>x", "indices>index axis out mode"),
    "diagonal": call(Op.SELECT, "self>x", "offset axis1 axis2"),
    "compress": call(Op.SELECT, "self>x", "condition axis"),
    "astype": call(Op.CAST, "self>x", "dtype"),
    "item": call(Op.ITEM, "self>x", result=Kind.NUMBER),
    "tolist": call(Op.ITEM, "self>x", result=Kind.SEQUENCE),
    "clip": call(Op.CLAMP, "self>x", "min max out"),
    "round": call(Op.ROUND, "self>x", "decimals"),
    "dot": call(Op.MATMUL, "self>x b>y"),
    "fill": call(Op.FULL, "tensor", "value"),
}

ATTRIBUTES: dict[str, Call] = {
    "T": call(Op.RESHAPE, "self>x"),
    "mT": call(Op.RESHAPE, "self>x"),
    "real": call(Op.COPY, "self>x"),
    "flat": call(Op.RESHAPE, "self>x"),
    "shape": call(Op.LENGTH, "self>x", result=Kind.SEQUENCE),
    "ndim": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
    "size": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
}
