"""Loss functions and loss classes: the same operands and options under the two spellings."""

from dataclasses import replace

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, parameters

_REDUCED = "size_average reduce reduction"
_WEIGHTED = f"weight {_REDUCED}"
_CLASSES = "weight size_average ignore_index reduce reduction"


def _loss(op: Op, options: str = _REDUCED, operands: str = "input target", **fixed: object) -> Call:
    return Call(op, parameters(operands), parameters(options), (("reduction", "mean"), *fixed.items()))


_TWO_INPUTS = "input1>input input2>other target"
_TRIPLET = "anchor>input positive negative"

# `checked`: it refuses predictions and targets outside [0, 1]
LOSSES: dict[tuple[str, str], Call] = {
    ("cross_entropy", "CrossEntropyLoss"): _loss(
        Op.CROSS_ENTROPY, f"{_CLASSES} label_smoothing", ignore_index=-100, label_smoothing=0.0
    ),
    ("nll_loss", "NLLLoss"): _loss(Op.NLL_LOSS, _CLASSES, ignore_index=-100),
    ("binary_cross_entropy", "BCELoss"): _loss(Op.BINARY_CROSS_ENTROPY, _WEIGHTED, checked=True),
    ("binary_cross_entropy_with_logits", "BCEWithLogitsLoss"): _loss(
        Op.BINARY_CROSS_ENTROPY_WITH_LOGITS, f"{_WEIGHTED} pos_weight"
    ),
    ("kl_div", "KLDivLoss"): _loss(Op.KL_DIVERGENCE, f"{_REDUCED} log_target", log_target=False),
    ("mse_loss", "MSELoss"): _loss(Op.SQUARED_ERROR),
    ("l1_loss", "L1Loss"): _loss(Op.ABSOLUTE_ERROR),
    ("smooth_l1_loss", "SmoothL1Loss"): _loss(Op.OTHER_LOSS, f"{_REDUCED} beta"),
    ("huber_loss", "HuberLoss"): _loss(Op.OTHER_LOSS, "reduction delta"),
    ("ctc_loss", "CTCLoss"): _loss(
        Op.CTC_LOSS,
        "blank reduction zero_infinity",
        "log_probs>input targets>target input_lengths target_lengths",
        zero_infinity=False,
    ),
    ("poisson_nll_loss", "PoissonNLLLoss"): _loss(
        Op.POISSON_NLL, "log_input full size_average eps reduce reduction", log_input=True, eps=1e-8
    ),
    ("gaussian_nll_loss", "GaussianNLLLoss"): _loss(
        Op.GAUSSIAN_NLL, "full eps reduction", "input target var", eps=1e-6
    ),
    ("soft_margin_loss", "SoftMarginLoss"): _loss(Op.OTHER_LOSS),
    ("hinge_embedding_loss", "HingeEmbeddingLoss"): _loss(Op.OTHER_LOSS, f"margin {_REDUCED}"),
    ("multi_margin_loss", "MultiMarginLoss"): _loss(Op.OTHER_LOSS, f"p margin {_WEIGHTED}"),
    ("multilabel_margin_loss", "MultiLabelMarginLoss"): _loss(Op.OTHER_LOSS),
    ("multilabel_soft_margin_loss", "MultiLabelSoftMarginLoss"): _loss(Op.OTHER_LOSS, _WEIGHTED),
    ("cosine_embedding_loss", "CosineEmbeddingLoss"): _loss(Op.OTHER_LOSS, f"margin {_REDUCED}", _TWO_INPUTS),
    ("margin_ranking_loss", "MarginRankingLoss"): _loss(Op.OTHER_LOSS, f"margin {_REDUCED}", _TWO_INPUTS),
    ("triplet_margin_loss", "TripletMarginLoss"): _loss(Op.OTHER_LOSS, f"margin p eps swap {_REDUCED}", _TRIPLET),
    ("triplet_margin_with_distance_loss", "TripletMarginWithDistanceLoss"): _loss(
        Op.OTHER_LOSS, "distance_function margin swap reduction", _TRIPLET
    ),
}

WITH_LOGITS = {
    "torch.nn.functional.binary_cross_entropy": "torch.nn.functional.binary_cross_entropy_with_logits",
    "torch.nn.BCELoss": "torch.nn.BCEWithLogitsLoss",
}

LOSS_FUNCTIONS = {function: made for (function, _), made in LOSSES.items()}
LOSS_CLASSES = {loss: made for (_, loss), made in LOSSES.items()}
LOSS_CLASSES["PoissonNLLLoss"] = replace(LOSS_CLASSES["PoissonNLLLoss"], operands=parameters("log_input>input target"))
