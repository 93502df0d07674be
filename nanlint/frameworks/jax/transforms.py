"""Functions that take functions: gradients, compilation, batching, loops and branches that JAX runs itself."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Control, Run, parameters, words

_OPTIONS = "argnums has_aux holomorphic"
_DEFAULTS: dict[str, object] = {"argnums": 0, "has_aux": False}


def _derivative(function: str = "fun>function", options: str = _OPTIONS, with_value: bool = False) -> Call:
    """What makes a function that computes the gradient of `function`."""
    fixed = {name: value for name, value in _DEFAULTS.items() if name in options.split()} | {"with_value": with_value}
    return Call(Op.BACKWARD, parameters(function), parameters(options), tuple(fixed.items()))


DERIVATIVES: dict[str, Call] = {
    **{f"jax.{name}": _derivative() for name in words("grad jacfwd jacrev jacobian hessian")},
    "jax.value_and_grad": _derivative(with_value=True),
    "flax.nnx.grad": _derivative("f>function"),
    "flax.nnx.value_and_grad": _derivative("f>function", with_value=True),
    "equinox.filter_grad": _derivative(options="has_aux"),
    "equinox.filter_value_and_grad": _derivative(options="has_aux", with_value=True),
    "optax.value_and_grad_from_state": _derivative("value_fn>function", "", with_value=True),
}

_SCAN = Control(Run.SCAN, parameters("f>function init xs length reverse unroll"))
_COUNTED = Control(Run.COUNTED, parameters("lower upper body_fun>function init_val>init"))
_WHILE = Control(Run.WHILE, parameters("cond_fun>condition body_fun>function init_val>init"))
_BRANCH = Control(Run.BRANCH, parameters("pred>condition true_fun>then false_fun>otherwise *operands"))
_SWITCH = Control(Run.SWITCH, parameters("index branches *operands"))

CONTROL: dict[str, Control] = {
    "jax.lax.scan": _SCAN,
    "jax.lax.fori_loop": _COUNTED,
    "jax.lax.while_loop": _WHILE,
    "jax.lax.cond": _BRANCH,
    "jax.lax.switch": _SWITCH,
    "jax.lax.map": Control(Run.MAP, parameters("f>function xs")),
    "jax.lax.associative_scan": Control(Run.FOLD, parameters("fn>function elems>xs reverse axis")),
    "jax.lax.reduce": Control(Run.FOLD, parameters("operands>xs init_values>init computation>function dimensions")),
    "jax.tree.map": Control(Run.EACH_LEAF, parameters("f>function tree *rest")),
    "jax.vjp": Control(Run.LINEAR, parameters("fun>function *operands")),
    "jax.linearize": Control(Run.LINEAR, parameters("fun>function *operands")),
    "jax.jvp": Control(Run.LINEAR, parameters("fun>function primals>xs tangents has_aux")),
    "flax.nnx.fori_loop": Control(Run.COUNTED, parameters("lower upper body_fun>function init_val>init")),
    "flax.nnx.while_loop": _WHILE,
    "flax.nnx.cond": _BRANCH,
    "flax.nnx.switch": _SWITCH,
}

CUSTOM_GRADIENTS = frozenset({"jax.custom_vjp", "jax.custom_jvp"})

WRAPPERS = CUSTOM_GRADIENTS.union(
    f"jax.{name}"
    for name in words(
        """
    jit vmap pmap checkpoint remat named_call device_put device_get block_until_ready
    experimental.pjit.pjit shard_map experimental.shard_map.shard_map lax.with_sharding_constraint numpy.vectorize
    """
    )
)
