"""The standard library's `random`."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework(
    name="random",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.NUMBER,
    gradients=False,
    functions={
        "random.random": call(Op.UNIFORM, "", low=0, high=1),
        "random.uniform": call(Op.UNIFORM, "", "a>low b>high"),
        "random.gauss": call(Op.NORMAL, "", "mu>mean sigma>std", mean=0.0, std=1.0),
        "random.normalvariate": call(Op.NORMAL, "", "mu>mean sigma>std", mean=0.0, std=1.0),
        # both ends included
        "random.randint": call(Op.OPAQUE, "", "a>low b>high", result=Kind.INTEGER),
        "random.randrange": call(Op.RANDOM_INTEGER, "", "start>low stop>high step", result=Kind.INTEGER),
    },
)
