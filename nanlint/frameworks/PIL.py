"""Pillow: images as objects, whose pixels are integers from 0 to 255."""  # noqa: N999 (the package's own name)

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework(
    name="PIL",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.UNKNOWN,
    gradients=False,
    functions={
        "PIL.Image.open": call(Op.READ, "", "fp>path mode", low=0, high=255, dtype="numpy.uint8"),
        "PIL.Image.fromarray": call(Op.PIXELS, "obj>x", "mode"),
    },
    methods={
        "convert": call(Op.RESHAPE, "self>x", "mode"),
        "resize": call(Op.RESHAPE, "self>x", "size resample"),
        "crop": call(Op.PAD, "self>x", "box"),
        "rotate": call(Op.PAD, "self>x", "angle"),
        "transpose": call(Op.RESHAPE, "self>x", "method"),
        "filter": call(Op.RESHAPE, "self>x", "filter"),
        "copy": call(Op.COPY, "self>x"),
    },
)
