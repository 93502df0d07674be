"""How pebble spells the canonical operations. It imports no more than the vocabulary and the form of a table."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework(
    name="pebble",
    roots=("pebble",),
    default_float=Dtype.FLOAT32,
    result=Kind.TENSOR,
    gradients=True,
    functions={
        "pebble.log": call(Op.LOG, "stone>x"),
        "pebble.exp": call(Op.EXP, "stone>x"),
        "pebble.sqrt": call(Op.SQRT, "stone>x"),
        "pebble.round": call(Op.ROUND, "stone>x"),
        "pebble.sum": call(Op.SUM, "stone>x", "along>axis"),
        "pebble.relu": call(Op.RELU, "stone>x"),
        "pebble.sigmoid": call(Op.SIGMOID, "stone>x"),
        "pebble.log_sigmoid": call(Op.LOG_SIGMOID, "stone>x"),
        "pebble.softmax": call(Op.SOFTMAX, "stone>x", "along>axis"),
        "pebble.log_softmax": call(Op.LOG_SOFTMAX, "stone>x", "along>axis"),
        "pebble.log_sum_exp": call(Op.LOGSUMEXP, "stone>x", "along>axis"),
        "pebble.limit": call(Op.CLAMP, "stone>x", "least>min most>max"),
    },
    spellings={
        Op.CLAMP: "[pebble.limit]({x}, least={min}, most={max})",
        Op.LOG_SIGMOID: "[pebble.log_sigmoid]({x})",
        Op.LOG_SOFTMAX: "[pebble.log_softmax]({x}, along={axis})",
        Op.LOGSUMEXP: "[pebble.log_sum_exp]({x}, along={axis!})",
    },
    without_axis={Op.LOGSUMEXP: "[pebble.log_sum_exp]({x})"},
)
