"""How fixes write the canonical operations in PyTorch; a keyword whose field is not given is left out."""

from nanlint.domain.vocabulary import Op

SPELLINGS = {
    Op.CAST: "{x()}.float()",
    Op.LOG: "[torch.log]({x})",
    Op.LOG2: "[torch.log2]({x})",
    Op.LOG10: "[torch.log10]({x})",
    Op.EXP: "[torch.exp]({x})",
    Op.SQRT: "[torch.sqrt]({x})",
    Op.ABSOLUTE: "[torch.abs]({x})",
    Op.LOG1P: "[torch.log1p]({x})",
    Op.EXPM1: "[torch.expm1]({x})",
    Op.TANH: "[torch.tanh]({x})",
    Op.SIGMOID: "[torch.sigmoid]({x})",
    Op.LOG_SIGMOID: "[torch.nn.functional.logsigmoid]({x})",
    Op.SOFTPLUS: "[torch.nn.functional.softplus]({x}, beta={beta})",
    Op.SOFTMAX: "[torch.softmax]({x}, dim={axis!}, dtype={dtype})",
    Op.LOG_SOFTMAX: "[torch.log_softmax]({x}, dim={axis!}, dtype={dtype})",
    Op.LOGSUMEXP: "[torch.logsumexp]({x}, dim={axis!}, keepdim={keepdim})",
    Op.LOGCUMSUMEXP: "[torch.logcumsumexp]({x}, dim={axis!})",
    Op.LOGADDEXP: "[torch.logaddexp]({x}, {y})",
    Op.XLOGY: "[torch.xlogy]({x}, {y})",
    Op.LOGIT: "[torch.logit]({x}, eps={eps})",
    Op.LOG_NDTR: "[torch.special.log_ndtr]({x})",
    Op.ENTR: "[torch.special.entr]({x})",
    Op.SILU: "[torch.nn.functional.silu]({x})",
    Op.MISH: "[torch.nn.functional.mish]({x})",
    Op.GELU: "[torch.nn.functional.gelu]({x}, approximate={approximate})",
    Op.ELU: "[torch.nn.functional.elu]({x}, alpha={alpha})",
    Op.CLAMP: "[torch.clamp]({x}, min={min}, max={max})",
    Op.MAXIMUM: "[torch.maximum]({x}, {y})",
    Op.MINIMUM: "[torch.minimum]({x}, {y})",
    Op.WHERE: "[torch.where]({condition}, {x}, {y})",
    Op.MASKED_FILL: "[torch.masked_fill]({x}, {mask}, {value})",
    Op.NORMALIZE: "[torch.nn.functional.normalize]({x}, p={ord}, dim={axis}, eps={eps})",
    Op.COSINE_SIMILARITY: "[torch.nn.functional.cosine_similarity]({x}, {y}, dim={axis}, eps={eps})",
    Op.NORM: "[torch.linalg.vector_norm]({x}, ord={ord}, dim={axis}, keepdim={keepdim})",
    Op.STD: "[torch.std]({x}, dim={axis}, correction={correction}, keepdim={keepdim})",
    Op.VAR: "[torch.var]({x}, dim={axis}, correction={correction}, keepdim={keepdim})",
    Op.SUM: "[torch.sum]({x}, dim={axis}, keepdim={keepdim})",
    Op.CUMSUM: "[torch.cumsum]({x}, dim={axis!})",
    Op.MEAN: "[torch.mean]({x}, dim={axis}, keepdim={keepdim})",
    Op.REDUCE_MAX: "[torch.amax]({x}, dim={axis}, keepdim={keepdim})",
    Op.LIKE: "[torch.full_like]({x}, {value})",
    Op.IS_FINITE: "[torch.isfinite]({x})",
    Op.IS_NAN: "[torch.isnan]({x})",
    Op.ANY: "[torch.any]({x})",
    Op.LENGTH: "[torch.numel]({x})",
    Op.ALL: "[torch.all]({x})",
    Op.ATAN2: "[torch.atan2]({y}, {x})",
    Op.LGAMMA: "[torch.lgamma]({x})",
    Op.LOG_DETERMINANT: "[torch.logdet]({x})",
    Op.LOG_ABS_DETERMINANT: "[torch.linalg.slogdet]({x}).logabsdet",
    Op.EYE: "[torch.eye]({n}, dtype={dtype}, device={device})",
    Op.CROSS_ENTROPY: (
        "[torch.nn.functional.cross_entropy]({input}, {target}, weight={weight}, ignore_index={ignore_index},"
        " reduction={reduction}, label_smoothing={label_smoothing})"
    ),
    Op.NLL_LOSS: (
        "[torch.nn.functional.nll_loss]({input}, {target}, weight={weight}, ignore_index={ignore_index},"
        " reduction={reduction})"
    ),
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: (
        "[torch.nn.functional.binary_cross_entropy_with_logits]({input}, {target}, weight={weight},"
        " reduction={reduction}, pos_weight={pos_weight})"
    ),
    Op.KL_DIVERGENCE: (
        "[torch.nn.functional.kl_div]({input}, {target}, reduction={reduction}, log_target={log_target})"
    ),
    Op.SQUARED_ERROR: "[torch.nn.functional.mse_loss]({input}, {target}, reduction={reduction})",
    Op.ZERO_GRAD: "{optimizer}.zero_grad()",
    Op.CLIP_GRADIENT: "[torch.nn.utils.clip_grad_norm_]({parameters}, max_norm={max_norm})",
}

WITHOUT_AXIS = {
    Op.SOFTMAX: "[torch.nn.functional.softmax]({x}, dtype={dtype})",
    Op.LOG_SOFTMAX: "[torch.nn.functional.log_softmax]({x}, dtype={dtype})",
    Op.LOGSUMEXP: "[torch.logsumexp]({x()}.flatten(), dim=0)",
}

EXACT_SPELLINGS = {Op.SOFTPLUS: "[torch.logaddexp]({x}, [torch.zeros_like]({x}))"}
"""Above its threshold of 20, softplus is x, which is off by up to 2e-9."""

LOG_COUNTS = {False: "[math.log]({x()}.shape[{axis}])", True: "[math.log]({x()}.numel())"}

LOGIT_LOSSES = {
    Op.CROSS_ENTROPY: "cross_entropy",
    Op.BINARY_CROSS_ENTROPY_WITH_LOGITS: "binary_cross_entropy_with_logits",
}
