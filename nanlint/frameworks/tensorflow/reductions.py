"""TensorFlow's reductions and scans: `tf.math`, and those that stand in `tf` as well."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, words

_OLD_NAMES = "reduction_indices>axis keep_dims>keepdim"
_REDUCED = f"axis keepdims>keepdim {_OLD_NAMES}"
_SCANNED = "axis exclusive reverse"


def _reduction(op: Op) -> Call:
    return call(op, "input_tensor>x", _REDUCED)


_ARGMAX = call(Op.ARGMAX, "input>x", "axis dimension>axis output_type>dtype", axis=0)
_SEGMENTED = "segment_ids"
_UNSORTED = "segment_ids num_segments"

REDUCTIONS: dict[str, Call | Overload] = {
    "reduce_sum": _reduction(Op.SUM),
    "reduce_mean": _reduction(Op.MEAN),
    "reduce_prod": _reduction(Op.PRODUCT),
    "reduce_max": _reduction(Op.REDUCE_MAX),
    "reduce_min": _reduction(Op.REDUCE_MIN),
    "reduce_all": _reduction(Op.ALL),
    "reduce_any": _reduction(Op.ANY),
    "reduce_logsumexp": _reduction(Op.LOGSUMEXP),
    "reduce_std": call(Op.STD, "input_tensor>x", "axis keepdims>keepdim", correction=0),
    "reduce_variance": call(Op.VAR, "input_tensor>x", "axis keepdims>keepdim", correction=0),
    "reduce_euclidean_norm": call(Op.NORM, "input_tensor>x", "axis keepdims>keepdim", ord=2),
    "count_nonzero": call(Op.COUNT_NONZERO, "input>x", "axis keepdims>keepdim dtype"),
    "bincount": call(Op.COUNT_NONZERO, "arr>x", "weights minlength maxlength dtype"),
    "confusion_matrix": call(Op.COUNT_NONZERO, "labels>x", "predictions num_classes weights dtype"),
    "zero_fraction": call(Op.OPAQUE, "value>x"),
    "argmax": _ARGMAX,
    "argmin": _ARGMAX,
    "cumsum": call(Op.CUMSUM, "x", _SCANNED, axis=0),
    "cumprod": call(Op.CUMPROD, "x", _SCANNED, axis=0),
    "cumulative_logsumexp": call(Op.LOGCUMSUMEXP, "x", _SCANNED, axis=0),
    "top_k": call(Op.SELECT, "input>x", "k sorted index_type", axis=-1),
    "in_top_k": call(Op.OPAQUE, "predictions>x", "targets k", order=(1, 0, 2)),
    "segment_sum": call(Op.OPAQUE, "data>x", _SEGMENTED),
    "segment_mean": call(Op.OPAQUE, "data>x", _SEGMENTED),
    "segment_prod": call(Op.OPAQUE, "data>x", _SEGMENTED),
    "segment_max": call(Op.SELECT, "data>x", _SEGMENTED),
    "segment_min": call(Op.SELECT, "data>x", _SEGMENTED),
    **{
        f"unsorted_segment_{name}": call(Op.OPAQUE, "data>x", _UNSORTED)
        for name in ("sum", "mean", "prod", "max", "min", "sqrt_n")
    },
}

_IN_TF = words(
    """
    reduce_sum reduce_mean reduce_prod reduce_max reduce_min reduce_all reduce_any reduce_logsumexp argmax argmin cumsum
    """
)
_IN_OLD_TF = words(
    """
    bincount cumprod segment_sum segment_mean segment_prod segment_max segment_min
    unsorted_segment_sum unsorted_segment_mean unsorted_segment_prod unsorted_segment_max unsorted_segment_min
    unsorted_segment_sqrt_n
    """
)

TOP: dict[str, Call | Overload] = {
    **{name: REDUCTIONS[name] for name in _IN_TF},
    "norm": call(Op.NORM, "tensor>x", "ord axis keepdims>keepdim keep_dims>keepdim", ord=2),
    "sort": call(Op.SELECT, "values>x", "axis direction"),
    "argsort": call(Op.ARGMAX, "values>x", "axis direction stable"),
    "searchsorted": call(Op.ARGMAX, "values>x", "sorted_sequence side out_type", order=(1, 0, 2, 3)),
    "unique": call(Op.OPAQUE, "x", "out_idx"),
    "histogram_fixed_width": call(Op.COUNT_NONZERO, "values>x", "value_range nbins dtype"),
    "histogram_fixed_width_bins": call(Op.ARGMAX, "values>x", "value_range nbins dtype"),
}

OLD: dict[str, Call | Overload] = {
    **{name: REDUCTIONS[name] for name in _IN_OLD_TF},
    "count_nonzero": call(Op.COUNT_NONZERO, "input_tensor>x", f"axis keepdims>keepdim dtype {_OLD_NAMES} input>x"),
    "confusion_matrix": call(Op.COUNT_NONZERO, "labels>x", "predictions num_classes dtype weights"),
    "arg_max": call(Op.ARGMAX, "input>x", "dimension>axis output_type>dtype"),
    "arg_min": call(Op.ARGMAX, "input>x", "dimension>axis output_type>dtype"),
}
