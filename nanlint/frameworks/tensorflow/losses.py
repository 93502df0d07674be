"""TensorFlow's losses: of `tf.nn`, one value for each example; of `tf.losses` in TensorFlow 1, one in all."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call, parameters

_FROM_LOGITS = "logits>input labels>target"
_LOGITS_FIRST = (1, 0)
_SOFTMAX = call(
    Op.CROSS_ENTROPY, _FROM_LOGITS, "axis dim>axis", order=(1, 0, 2, 3), axis=-1, sparse=False, reduction="none"
)
_STRAY = "fails or is NaN"  # of a loss of class indices, for a label that is no class: on a CPU and on a GPU
_SAMPLED = "weights biases num_sampled num_classes num_true"

NN_LOSSES: dict[str, Call | Overload] = {
    "softmax_cross_entropy_with_logits": _SOFTMAX,
    "sparse_softmax_cross_entropy_with_logits": call(
        Op.CROSS_ENTROPY,
        _FROM_LOGITS,
        order=_LOGITS_FIRST,
        axis=-1,
        sparse=True,
        below=_STRAY,
        above=_STRAY,
        reduction="none",
    ),
    "sigmoid_cross_entropy_with_logits": call(
        Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, _FROM_LOGITS, order=_LOGITS_FIRST, reduction="none"
    ),
    "weighted_cross_entropy_with_logits": call(
        Op.BINARY_CROSS_ENTROPY_WITH_LOGITS,
        _FROM_LOGITS,
        "pos_weight targets>target",
        order=(1, 0, 2, 3),
        reduction="none",
    ),
    "log_poisson_loss": call(
        Op.POISSON_NLL, "log_input>input targets>target", "compute_full_loss>full", order=(1, 0, 2), log_input=True
    ),
    "ctc_loss": call(
        Op.CTC_LOSS_WITH_LOGITS,
        _FROM_LOGITS,
        "label_length logit_length inputs>input sequence_length",
        order=(1, 0, 2, 3, 4, 5),
    ),
    "nce_loss": call(Op.OTHER_LOSS, "inputs>input labels>target", _SAMPLED, order=(2, 3, 1, 0, 4, 5, 6)),
    "sampled_softmax_loss": call(Op.OTHER_LOSS, "inputs>input labels>target", _SAMPLED, order=(2, 3, 1, 0, 4, 5, 6)),
    "l2_loss": call(Op.OTHER_LOSS, "t>input"),
    "compute_average_loss": call(Op.OTHER_LOSS, "per_example_loss>input", "sample_weight global_batch_size"),
    "scale_regularization_loss": call(Op.OTHER_LOSS, "regularization_loss>input"),
}

OLD_NN_LOSSES: dict[str, Call | Overload] = {
    "softmax_cross_entropy_with_logits_v2": _SOFTMAX,
    "ctc_loss_v2": call(Op.CTC_LOSS_WITH_LOGITS, _FROM_LOGITS, "label_length logit_length", order=(1, 0, 2, 3)),
}

_COLLECTED = "weights>sample_weight scope loss_collection reduction"
_PREDICTED = "predictions>input labels>target"


def _loss(op: Op, operands: str, options: str = _COLLECTED, **fixed: object) -> Call:
    rest = parameters(options)
    order = (1, 0, *range(2, 2 + len(rest)))
    return Call(op, parameters(operands), rest, (("reduction", "mean"), *fixed.items()), order=order)


OLD_LOSSES: dict[str, Call | Overload] = {
    "absolute_difference": _loss(Op.ABSOLUTE_ERROR, _PREDICTED),
    "mean_squared_error": _loss(Op.SQUARED_ERROR, _PREDICTED),
    "mean_pairwise_squared_error": _loss(Op.OTHER_LOSS, _PREDICTED, "weights>sample_weight scope loss_collection"),
    "huber_loss": _loss(Op.OTHER_LOSS, _PREDICTED, f"weights>sample_weight delta {_COLLECTED.partition(' ')[2]}"),
    "hinge_loss": _loss(Op.OTHER_LOSS, _FROM_LOGITS),
    "cosine_distance": _loss(
        Op.OTHER_LOSS, _PREDICTED, "axis weights>sample_weight scope loss_collection reduction dim>axis"
    ),
    "log_loss": _loss(
        Op.BINARY_CROSS_ENTROPY, _PREDICTED, "weights>sample_weight epsilon>eps scope loss_collection reduction"
    ),
    "sigmoid_cross_entropy": _loss(
        Op.BINARY_CROSS_ENTROPY_WITH_LOGITS,
        "logits>input multi_class_labels>target",
        "weights>sample_weight label_smoothing scope loss_collection reduction",
    ),
    "softmax_cross_entropy": _loss(
        Op.CROSS_ENTROPY,
        "logits>input onehot_labels>target",
        "weights>sample_weight label_smoothing scope loss_collection reduction",
        axis=-1,
        sparse=False,
    ),
    "sparse_softmax_cross_entropy": _loss(
        Op.CROSS_ENTROPY, _FROM_LOGITS, axis=-1, sparse=True, below=_STRAY, above=_STRAY
    ),
    "compute_weighted_loss": call(Op.OTHER_LOSS, "losses>input", _COLLECTED),
}
