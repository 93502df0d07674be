"""OpenCV: images as NumPy arrays of bytes."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework
from nanlint.frameworks.numpy import FRAMEWORK as NUMPY

_FLAGS = {"UNCHANGED": -1, "GRAYSCALE": 0, "COLOR": 1, "ANYDEPTH": 2, "ANYCOLOR": 4}
_BORDERED = call(Op.PAD, "src>x", "M dsize flags borderMode borderValue")

FRAMEWORK = Framework(
    name="cv2",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    functions={
        "cv2.imread": call(Op.READ, "", "filename>path flags>depth", low=0, high=255, dtype="numpy.uint8"),
        "cv2.imdecode": call(Op.READ, "", "buf>path flags>depth", low=0, high=255, dtype="numpy.uint8"),
        # geometry and colour: pixels stay pixels
        "cv2.resize": call(Op.RESHAPE, "src>x", "dsize dst fx fy interpolation"),
        "cv2.cvtColor": call(Op.RESHAPE, "src>x", "code"),
        "cv2.flip": call(Op.RESHAPE, "src>x", "flipCode"),
        "cv2.rotate": call(Op.RESHAPE, "src>x", "rotateCode"),
        "cv2.GaussianBlur": call(Op.RESHAPE, "src>x", "ksize sigmaX"),
        "cv2.medianBlur": call(Op.RESHAPE, "src>x", "ksize"),
        "cv2.warpAffine": _BORDERED,
        "cv2.warpPerspective": _BORDERED,
        "cv2.copyMakeBorder": call(Op.PAD, "src>x", "top bottom left right borderType value"),
    },
    constants={f"cv2.IMREAD_{name}": number for name, number in _FLAGS.items()},
    methods=NUMPY.methods,
    attributes=NUMPY.attributes,
)
