"""Images: integers from 0 to 255 or floats from 0 to 1, and what transforms make of them."""

from __future__ import annotations

from nanlint.domain import arithmetic
from nanlint.domain.dtypes import Dtype
from nanlint.domain.interval import UNIT, Interval
from nanlint.domain.vocabulary import Op
from nanlint.ops.model import Application, Outcome, Typing, operation
from nanlint.ops.promotion import chosen_dtype, element_dtype

BYTES = Interval(0.0, 255.0)
"""What a pixel of one byte holds."""


@operation(Op.PIXELS, typing=Typing.INTEGER)
def pixels(a: Application) -> Outcome:
    """Whole numbers from 0 to 255; floats from 0 to 1 are multiplied by 255."""
    whole = a.x.inside(BYTES.lo, BYTES.hi) and element_dtype(a.operands[0]) is Dtype.INTEGER
    return Outcome(a.x if whole else BYTES, known=a.operands[0].known if whole else True, may_nan=False)


@operation(Op.SCALE_PIXELS)
def scale_pixels(a: Application) -> Outcome:
    """Integers from 0 to 255 are divided by 255 for a floating dtype; floats, and all where `scale` is False, stay."""
    x, scale = a.operands[0], a.options.get("scale")
    dtype = chosen_dtype(a.options) or Dtype.FLOAT32
    own = element_dtype(x)
    if own.floating or (scale is not None and scale.constant is False):
        return Outcome(a.x, dtype=dtype)
    if own is Dtype.UNKNOWN and not x.range.inside(BYTES.lo, BYTES.hi):
        return Outcome(UNIT, known=False, may_nan=False, dtype=dtype)  # an image, most likely
    return Outcome(arithmetic.divide(a.x, Interval(255.0, 255.0)).meet(UNIT), dtype=dtype)


@operation(Op.RECOLOR, typing=Typing.KEEP)
def recolor(a: Application) -> Outcome:
    """Other colours of the same kind: everything from 0 to 1 or to 255."""
    kind = UNIT if a.x.inside(UNIT.lo, UNIT.hi) else BYTES
    return Outcome(kind, known=a.operands[0].known) if a.x.inside(BYTES.lo, BYTES.hi) else Outcome(a.x, known=False)


@operation(Op.RESCALE, typing=Typing.FLOAT)
def rescale(a: Application) -> Outcome:
    """(x - option `mean`) / option `std`, for each channel its own; or x times the option `scale` plus `offset`."""
    mean, std, scale = a.bounds("mean"), a.bounds("std"), a.bounds("scale")
    if scale is not None:
        shifted = arithmetic.add(arithmetic.multiply(a.x, scale), a.bounds("offset") or Interval(0.0, 0.0))
        return Outcome(shifted, known=a.operands[0].known and a.options["scale"].known)
    if mean is None or std is None or std.contains(0.0):
        return Outcome(Interval(float("-inf"), float("inf")), known=False)
    known = a.operands[0].known and a.options["mean"].known and a.options["std"].known
    return Outcome(arithmetic.divide(arithmetic.subtract(a.x, mean), std), known=known)
