"""imageio: images as NumPy arrays of bytes."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework
from nanlint.frameworks.numpy import FRAMEWORK as NUMPY

FRAMEWORK = Framework(
    name="imageio",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.TENSOR,
    gradients=False,
    functions={
        "imageio.imread": call(Op.READ, "", "uri>path format", low=0, high=255, dtype="numpy.uint8"),
        "imageio.v2.imread": call(Op.READ, "", "uri>path format", low=0, high=255, dtype="numpy.uint8"),
        "imageio.v3.imread": call(Op.READ, "", "uri>path", low=0, high=255, dtype="numpy.uint8"),
    },
    methods=NUMPY.methods,
    attributes=NUMPY.attributes,
)
