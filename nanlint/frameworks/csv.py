"""The standard library's `csv`: rows of text, read from a file."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import call
from nanlint.frameworks.model import Framework

FRAMEWORK = Framework(
    name="csv",
    roots=(),
    default_float=Dtype.FLOAT64,
    result=Kind.UNKNOWN,
    gradients=False,
    functions={
        "csv.reader": call(Op.READ, "", "csvfile>path dialect", text=True),
        "csv.DictReader": call(Op.READ, "", "f>path fieldnames restkey restval dialect", text=True),
    },
)
