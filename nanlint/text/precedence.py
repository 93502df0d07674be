"""Whether an expression needs parentheses where it is put."""

from __future__ import annotations

import libcst as cst

# How tightly expressions bind, from the grammar of the Python reference, section 6.17; an operand must bind at least
# as tightly as its place asks.
_LOOSEST, _LAMBDA, _CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _BITWISE_OR, _BITWISE_XOR, _BITWISE_AND, _SHIFT = range(
    11
)
_SUM, _PRODUCT, _UNARY, _POWER, _AWAIT, _PRIMARY = range(11, 17)

_BINARY: dict[type[cst.BaseBinaryOp], int] = {
    cst.BitOr: _BITWISE_OR,
    cst.BitXor: _BITWISE_XOR,
    cst.BitAnd: _BITWISE_AND,
    cst.LeftShift: _SHIFT,
    cst.RightShift: _SHIFT,
    cst.Add: _SUM,
    cst.Subtract: _SUM,
    cst.Multiply: _PRODUCT,
    cst.Divide: _PRODUCT,
    cst.FloorDivide: _PRODUCT,
    cst.Modulo: _PRODUCT,
    cst.MatrixMultiply: _PRODUCT,
    cst.Power: _POWER,
}
_KINDS: dict[type[cst.BaseExpression], int] = {
    cst.NamedExpr: _LOOSEST,
    cst.Yield: _LOOSEST,
    cst.Lambda: _LAMBDA,
    cst.IfExp: _CONDITIONAL,
    cst.Comparison: _COMPARISON,
    cst.Await: _AWAIT,
}


def needs_parentheses(text: str, node: cst.CSTNode, parent: cst.CSTNode) -> bool:
    """`text` cannot stand where `node`, which has no parentheses of its own, is an operand of `parent`."""
    expression = _expression(text)
    if expression is None:
        return _expression(f"({text})") is not None  # a line break that only parentheses allow
    if getattr(expression, "lpar", ()):
        return False
    if isinstance(parent, cst.ConcatenatedString) and not isinstance(expression, cst.BaseString):
        return True
    if isinstance(parent, cst.Attribute) and isinstance(expression, (cst.Integer, cst.Float)):
        return True
    if isinstance(expression, cst.Tuple):
        return not isinstance(parent, (cst.Assign, cst.Return, cst.Expr, cst.For))
    return _tightness(expression) < _asked(node, parent)


def _expression(text: str) -> cst.BaseExpression | None:
    try:
        return cst.parse_expression(text)
    except cst.ParserSyntaxError:
        return None


def _tightness(expression: cst.BaseExpression) -> int:
    if isinstance(expression, cst.BinaryOperation):
        return _BINARY[type(expression.operator)]
    if isinstance(expression, cst.BooleanOperation):
        return _AND if isinstance(expression.operator, cst.And) else _OR
    if isinstance(expression, cst.UnaryOperation):
        return _NOT if isinstance(expression.operator, cst.Not) else _UNARY
    return _KINDS.get(type(expression), _PRIMARY)


def _asked(node: cst.CSTNode, parent: cst.CSTNode) -> int:  # noqa: C901 - one line for each form of the grammar
    match parent:
        case cst.BinaryOperation(operator=cst.Power()):
            return _AWAIT if node is parent.left else _UNARY
        case cst.BinaryOperation():
            return _BINARY[type(parent.operator)] + (node is parent.right)
        case cst.BooleanOperation():
            return _tightness(parent) + (node is parent.right)
        case cst.UnaryOperation():
            return _tightness(parent)
        case cst.Comparison() | cst.ComparisonTarget() | cst.StarredElement() | cst.StarredDictElement():
            return _BITWISE_OR
        case cst.Arg():
            return _BITWISE_OR if parent.star else _LAMBDA
        case cst.Attribute() | cst.Call() | cst.Subscript() | cst.Await():
            return _PRIMARY
        case cst.IfExp():
            return _LAMBDA if node is parent.orelse else _OR
        case cst.CompFor() | cst.CompIf():
            return _OR
        case cst.Slice() | cst.DictElement() | cst.FormattedStringExpression():
            return _CONDITIONAL
        case _:
            return _LAMBDA
