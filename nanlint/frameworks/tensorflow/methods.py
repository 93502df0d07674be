"""What tensors and variables have as methods and attributes: few."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

METHODS: dict[str, Call | Overload] = {
    "numpy": call(Op.DETACH, "self>x"),
    "eval": call(Op.DETACH, "self>x", "feed_dict session"),
    "get_shape": call(Op.LENGTH, "self>x", result=Kind.SEQUENCE),
    "set_shape": call(Op.OPAQUE, "self>x", "shape", result=Kind.NONE),
    "to_tensor": call(Op.PAD, "self>x", "default_value>value"),
    # of variables
    "assign": call(Op.COPY, "value>x self", "use_locking", order=(1, 0, 2)),
    "assign_add": call(Op.ADD, "self>x delta>y", "use_locking"),
    "assign_sub": call(Op.SUBTRACT, "self>x delta>y", "use_locking"),
    "value": call(Op.COPY, "self>x"),
    "read_value": call(Op.COPY, "self>x"),
    "initialized_value": call(Op.COPY, "self>x"),
}

TELLING = frozenset({"get_shape", "set_shape", "assign_add", "assign_sub", "read_value", "initialized_value"})

ATTRIBUTES: dict[str, Call] = {
    "shape": call(Op.LENGTH, "self>x", result=Kind.SEQUENCE),
    "ndim": call(Op.LENGTH, "self>x", result=Kind.INTEGER),
    "values": call(Op.SELECT, "self>x"),
}
