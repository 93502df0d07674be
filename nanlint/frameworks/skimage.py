"""scikit-image: images as NumPy arrays of bytes."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework
from nanlint.frameworks.numpy import FRAMEWORK as NUMPY

FRAMEWORK = Framework(
    name="skimage",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    functions={
        "skimage.io.imread": call(Op.READ, "", "fname>path as_gray plugin", low=0, high=255, dtype="numpy.uint8"),
    },
    methods=NUMPY.methods,
    attributes=NUMPY.attributes,
)
