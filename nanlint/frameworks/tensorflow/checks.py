"""Functions that raise unless what they compare holds for all elements."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_OF_TWO = {
    "assert_equal": Op.EQUAL,
    "assert_none_equal": Op.NOT_EQUAL,
    "assert_greater": Op.GREATER,
    "assert_greater_equal": Op.GREATER_EQUAL,
    "assert_less": Op.LESS,
    "assert_less_equal": Op.LESS_EQUAL,
}
_OF_ONE = {
    "assert_positive": Op.GREATER,
    "assert_non_negative": Op.GREATER_EQUAL,
    "assert_negative": Op.LESS,
    "assert_non_positive": Op.LESS_EQUAL,
}
_IN_TF = words("assert_equal assert_greater assert_less")
_MESSAGE = "message summarize"

CHECKS: dict[str, Call | Overload] = {
    **{name: call(op, "x y", _MESSAGE, result=Kind.OBJECT) for name, op in _OF_TWO.items()},
    "assert_none_equal": call(Op.NOT_EQUAL, "x y", "summarize message", result=Kind.OBJECT),
    # against 0, which nobody passes
    **{name: call(op, "x y", _MESSAGE, result=Kind.OBJECT, order=(0, 2, 3), y=0) for name, op in _OF_ONE.items()},
}
OLD_CHECKS: dict[str, Call | Overload] = {
    **{
        name: call(op, "x y", "data summarize message", result=Kind.OBJECT)
        for name, op in _OF_TWO.items()
        if name not in _IN_TF
    },
    **{
        name: call(op, "x y", "data summarize message", result=Kind.OBJECT, order=(0, 2, 3, 4), y=0)
        for name, op in _OF_ONE.items()
    },
}

CHECK_FUNCTIONS: dict[str, Call | Overload] = {
    **{f"tensorflow.debugging.{name}": entry for name, entry in CHECKS.items()},
    **{f"tensorflow.{name}": CHECKS[name] for name in _IN_TF},
}
OLD_CHECK_FUNCTIONS = {f"tensorflow.{name}": entry for name, entry in OLD_CHECKS.items()}
ASSERTIONS = frozenset({*CHECK_FUNCTIONS, *OLD_CHECK_FUNCTIONS})
