"""`keras.ops`: functions that take functions and run them."""

from nanlint.frameworks.entries import Control, Run, parameters

CONTROL: dict[str, Control] = {
    "keras.ops.while_loop": Control(
        Run.SPREAD, parameters("cond>condition body>function loop_vars>init maximum_iterations")
    ),
    "keras.ops.fori_loop": Control(Run.COUNTED, parameters("lower upper body_fun>function init_val>init")),
    "keras.ops.scan": Control(Run.SCAN, parameters("f>function init xs length reverse unroll")),
    "keras.ops.associative_scan": Control(Run.FOLD, parameters("f>function elems>xs reverse axis")),
    "keras.ops.cond": Control(Run.BRANCH, parameters("pred>condition true_fn>then false_fn>otherwise")),
    "keras.ops.switch": Control(Run.SWITCH, parameters("index branches *operands")),
    "keras.ops.map": Control(Run.MAP, parameters("f>function xs")),
    "keras.ops.vectorized_map": Control(Run.MAP, parameters("function elements>xs")),
    "keras.tree.map_structure": Control(Run.EACH_LEAF, parameters("func>function *trees")),
}

GRADIENT_BESIDE = frozenset({"keras.ops.custom_gradient"})
