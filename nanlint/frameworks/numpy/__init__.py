"""NumPy."""

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.model import Framework, Promotion
from nanlint.frameworks.numpy.arrangement import ARRANGEMENT, ARRANGING_METHODS, ATTRIBUTES
from nanlint.frameworks.numpy.creation import CASTS, CREATION, ZEROED
from nanlint.frameworks.numpy.elementwise import ELEMENTWISE
from nanlint.frameworks.numpy.linalg import LINALG, PRODUCTS
from nanlint.frameworks.numpy.names import CONSTANTS, DTYPES, TENSOR_TYPES
from nanlint.frameworks.numpy.random import GENERATOR_METHODS, GENERATORS, RANDOM
from nanlint.frameworks.numpy.reductions import REDUCING_METHODS, REDUCING_UFUNCS, REDUCTIONS
from nanlint.frameworks.numpy.spelling import LOG_COUNTS, SPELLINGS, WITHOUT_AXIS

_PLAIN = {**ELEMENTWISE, **REDUCTIONS, **ARRANGEMENT, **CREATION, **CASTS, **PRODUCTS}

FRAMEWORK = Framework(
    name="numpy",
    roots=("numpy",),
    default_float=Dtype.FLOAT64,
    promotion=Promotion.WIDE,
    result=Kind.TENSOR,
    gradients=False,
    companion="scipy",
    raising=frozenset({Op.INVERSE, Op.SOLVE, Op.CHOLESKY, Op.REDUCE_MAX, Op.REDUCE_MIN}),
    functions={
        **{f"numpy.{name}": entry for name, entry in _PLAIN.items()},
        **{f"numpy.linalg.{name}": entry for name, entry in LINALG.items()},
        **{f"numpy.random.{name}": entry for name, entry in RANDOM.items()},
        **{f"numpy.{name}.reduce": entry for name, entry in REDUCING_UFUNCS.items()},
    },
    methods={**REDUCING_METHODS, **ARRANGING_METHODS},
    telling_methods=frozenset({"astype", "tolist", "cumsum", "cumprod", "argmax", "argmin", "argsort", "ravel"}),
    attributes=ATTRIBUTES,
    protocol=GENERATOR_METHODS,
    objects=GENERATORS,
    dtypes=DTYPES,
    constants=CONSTANTS,
    float_info=frozenset({"numpy.finfo"}),
    tensor_types=TENSOR_TYPES,
    zeroed=ZEROED,
    spellings=SPELLINGS,
    without_axis=WITHOUT_AXIS,
    log_counts=LOG_COUNTS,
    number_log="numpy.log",
)
