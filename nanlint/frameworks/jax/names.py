"""Element types, constants, annotations and other names of things in JAX and the packages on top of it."""

from math import e, inf, nan, pi

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_TYPES = {
    Dtype.FLOAT16: "float16",
    Dtype.BFLOAT16: "bfloat16",
    Dtype.FLOAT32: "float32 single",
    Dtype.FLOAT64: "float64 double float_",
    Dtype.BOOLEAN: "bool_ bool",
    Dtype.INTEGER: "int8 int16 int32 int64 int_ uint8 uint16 uint32 uint64 uint",
}

DTYPES = {f"jax.numpy.{name}": dtype for dtype, names in _TYPES.items() for name in names.split()}

# `jnp.float32(x)` converts.
CASTS: dict[str, Call | Overload] = {name: call(Op.CAST, "x", dtype=name) for name in DTYPES}

CONSTANTS = {
    "jax.numpy.pi": pi,
    "jax.numpy.e": e,
    "jax.numpy.euler_gamma": 0.5772156649015329,
    "jax.numpy.inf": inf,
    "jax.numpy.nan": nan,
}

TENSOR_TYPES = frozenset({"jax.Array", "jax.numpy.ndarray"})

MODEL_BASES = frozenset({"flax.linen.Module", "flax.nnx.Module", "equinox.Module"})

ALIASES = {
    "chex.Array": "jax.Array",
    "jaxtyping.Array": "jax.Array",
    "jaxtyping.Float": "jax.Array",
    "jax.numpy.DeviceArray": "jax.Array",
    "jax.config.config": "jax.config",
    "jax.tree_util.Partial": "functools.partial",
    "jax.tree_map": "jax.tree.map",
    "jax.tree_multimap": "jax.tree.map",
    "jax.tree_util.tree_map": "jax.tree.map",
    "jax.tree_util.tree_multimap": "jax.tree.map",
    "jax.experimental.optimizers": "jax.example_libraries.optimizers",
    "flax.linen.activation": "flax.linen",
    "flax.linen.initializers": "jax.nn.initializers",
    "flax.linen.initializers.ones_init": "flax.linen.ones_init",
    "flax.linen.initializers.zeros_init": "flax.linen.zeros_init",
    "flax.linen.linear": "flax.linen",
    "flax.linen.module": "flax.linen",
    "flax.linen.normalization": "flax.linen",
    "flax.linen.recurrent": "flax.linen",
    "flax.nnx.initializers": "jax.nn.initializers",
    "flax.nnx.initializers.ones_init": "flax.linen.ones_init",
    "flax.nnx.initializers.zeros_init": "flax.linen.zeros_init",
    "flax.experimental.nnx": "flax.nnx",
}
