"""`tf.data`: pipelines of rows. Functions that TensorFlow runs itself on rows, elements or branches."""

from nanlint.domain.value import Kind
from nanlint.frameworks.entries import Control, Flow, Run, parameters, words

_DATASET = "tensorflow.data.Dataset"
_ITERATOR = ("make_one_shot_iterator", "make_initializable_iterator", "as_numpy_iterator")
_SAME = words(
    """
    batch cache filter ignore_errors padded_batch prefetch ragged_batch rebatch
    rejection_resample repeat shard shuffle skip sparse_batch take take_while unbatch unique with_options
    """
)

SOURCES: dict[str, Flow] = {
    f"{_DATASET}.from_tensor_slices": Flow.SLICED,
    f"{_DATASET}.from_tensors": Flow.WHOLE,
    f"{_DATASET}.zip": Flow.ZIPPED,
}

FLOWS: dict[str, Flow] = {
    **dict.fromkeys((*_SAME, *_ITERATOR), Flow.SAME),
    **dict.fromkeys(("map", "flat_map", "interleave"), Flow.MAPPED),
    "get_next": Flow.ROW,
    "get_single_element": Flow.ROW,
}

DATASETS: dict[str, Kind] = dict.fromkeys(
    (
        _DATASET,
        *(f"{_DATASET}.{name}" for name in ("from_generator", "list_files", "range", "load")),
        *(f"tensorflow.data.{name}" for name in ("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset")),
    ),
    Kind.DATASET,
)

_FOLDED = "fn>function elems>xs initializer>init parallel_iterations"
_EACH = "fn>function elems>xs dtype parallel_iterations"

CONTROL: dict[str, Control] = {
    "tensorflow.cond": Control(
        Run.BRANCH, parameters("pred>condition true_fn>then false_fn>otherwise fn1>then fn2>otherwise")
    ),
    "tensorflow.switch_case": Control(
        Run.SWITCH, parameters("branch_index>index branch_fns>branches default>otherwise")
    ),
    "tensorflow.case": Control(Run.CASE, parameters("pred_fn_pairs>branches default>otherwise exclusive strict")),
    "tensorflow.while_loop": Control(
        Run.SPREAD,
        parameters(
            "cond>condition body>function loop_vars>init shape_invariants parallel_iterations back_prop swap_memory "
            "maximum_iterations"
        ),
    ),
    **{f"tensorflow.{name}": Control(Run.FOLD, parameters(_FOLDED)) for name in ("scan", "foldl", "foldr")},
    "tensorflow.nest.map_structure": Control(Run.EACH_LEAF, parameters("func>function *trees")),
    "tensorflow.map_fn": Control(Run.MAP, parameters(_EACH)),
    "tensorflow.vectorized_map": Control(Run.MAP, parameters("fn>function elems>xs fallback_to_while_loop warn")),
}
