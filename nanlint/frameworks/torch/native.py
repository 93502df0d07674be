"""The form of PyTorch's native functions."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, parameters, words


def native(op: Op, operands: str = "input>x", options: str = "", result: Kind | None = None, **fixed: object) -> Call:
    """As `call`; with `dim` and `keepdim` it also takes NumPy's `axis` and `keepdims`, as all native functions do."""
    listed = words(options)
    axis = " axis" if "dim>axis" in listed else ""
    keepdims = " keepdims>keepdim" if "keepdim" in listed else ""
    return Call(op, parameters(operands), parameters(options + axis + keepdims), tuple(fixed.items()), result)
