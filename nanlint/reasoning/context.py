"""What the code around an operation is for: a loss, a training step, a schedule, a metric."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from nanlint.frameworks import registry
from nanlint.interp.objects import Class, Dotted, Instance
from nanlint.interp.trace import Frame, Site

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z._]+")
"""A run of capitals is a word of its own, but for the last one before a small letter."""

_TEST_FILE = re.compile(
    r"(^|[/\\])(test_[^/\\]*|[^/\\]*_test|tests?[/\\]([^/\\]+[/\\])?[^/\\]+|(profil(e|er|ing)|benchmarks?)(_[^/\\]*)?)\.py$"
)
_BESIDE_TRAINING = re.compile(
    r"(^|[/\\])(([^/\\]*_)?(metrics?|datasets?|transforms|augmentations?)|(data|dataset)_?(utils|loaders?|prep|processing)"
    r"|preprocess[^/\\]*|prepare_[^/\\]*)([/\\][^/\\]+){0,2}\.py$"
)
"""Files and directories that measure, or prepare data."""
QUIET_WORDS = frozenset(
    {"schedule", "scheduler", "schedules", "snr", "sampler", "sample", "init", "reset", "metric", "metrics", "augment",
     "transform", "transforms", "evaluate", "eval", "validate", "test", "plot", "visualize", "benchmark",
     "postprocess", "postprocessing", "nms", "sampling", "beam", "search", "generate", "generation", "mine", "mining",
     "statistics"}
)  # fmt: skip
"""Words in a function's name that say it computes no loss."""
QUIET_CLASSES = frozenset(
    {"sampler", "sampling", "beam", "search", "schedule", "scheduler", "metric", "metrics", "meter", "dataset",
     "tokenizer", "miner", "postprocessor"}
)  # fmt: skip
"""Words in the name of a class whose methods compute no loss; its `forward` may."""
MEASURES = frozenset({"score", "scores", "fid", "psnr", "ssim", "perplexity", "accuracy"})
"""Words in the names of functions that compute what is reported, where no gradient flows through them."""
TRAINING = frozenset({"forward", "__call__", "training_step", "step", "train"})
"""Functions through which a gradient is likely to flow, whatever they compute."""
GRADIENTS = frozenset({"grad", "grads", "gradient", "gradients", "updates"})
"""The last words of parameters that take gradients."""
FLAG_WORDS = frozenset({"requires", "require", "no", "with", "without", "needs", "use", "create", "enable", "max"})
"""Words of parameters that say something of gradients."""
OPTIMIZERS = frozenset({"optimizer", "optim"})
DIFFERENTIATED = frozenset({"closure", "forward", "__call__", "call", "training_step"})
"""Functions that an optimizer may call to get gradients."""
PENALTIES = frozenset({"penalty", "penalties", "gp", "regularizer", "regularization"})
DESCRIPTIONS = frozenset(
    {"mean", "variance", "stddev", "mode", "cdf", "log_cdf", "icdf", "quantile", "survival_function",
     "log_survival_function"}
)  # fmt: skip
"""Methods of a distribution that describe it: infinite moments and the logarithm of a probability of 0 are answers."""
LOSS_WORDS = frozenset({"loss", "losses", "lossfn", "criterion", "objective", "nll", "bce", "kl", "elbo", "likelihood"})


def words(name: str) -> set[str]:
    """`masked_softmaxLoss` -> masked, softmax, loss; `TopKBCELoss` -> top, kbce, loss."""
    return {word.lower() for word in _WORD.findall(name)}


def _class_words(name: str) -> set[str]:
    """Those of the name, with `PostProcessor` as one."""
    return words(name.replace("PostProcess", "Postprocess"))


def names_of(frame: Frame) -> set[str]:
    return words(frame.name) | words(frame.class_name)


def callers(frame: Frame) -> Iterator[Frame]:
    """The activation, the one that called it, and so on."""
    current: Frame | None = frame
    while current is not None:
        yield current
        current = current.parent


def in_loss(site: Site) -> bool:
    """The code computes a loss, by the name of its function or class."""
    return any(names_of(frame) & LOSS_WORDS for frame in callers(site.frame))


def in_training(site: Site) -> bool:
    """Code through which a gradient is likely to flow: a loss, a `forward`, a training step; not under `no_grad`."""
    if site.no_gradient:
        return False
    last = site.frame.name.rpartition(".")[2]
    return in_loss(site) or last in TRAINING or site.frame.name == ""


def called_in_training(site: Site) -> bool:
    """What calls the function, or calls that, is a loss, a `forward`, a training step."""
    frame = site.frame.parent
    while frame is not None and not quiet_name(frame):
        if frame.name.rpartition(".")[2] in TRAINING:
            return True
        frame = frame.parent
    return False


def in_test(site: Site) -> bool:
    """Code that a test runs, by the name of the function, of its file or directory, or that only measures time."""
    return any(
        frame.name.rpartition(".")[2].startswith("test_") or _TEST_FILE.search(frame.path)
        for frame in callers(site.frame)
    )


def named_test(site: Site) -> bool:
    """The function, or one that calls it, has test in its name: it tries things out and trains nothing."""
    return any("test" in words(frame.name) for frame in callers(site.frame))


def differentiable(site: Site) -> bool:
    """Gradients are computed through the code: they are not switched off, and it is no optimizer's."""
    return not site.no_gradient and not in_update(site)


def in_update(site: Site) -> bool:
    """Code of an optimizer or solver, which takes gradients and is not differentiated itself.

    What it calls to get them is: a closure, a network, a loss. So is a penalty on gradients.
    """
    for frame in callers(site.frame):
        last = frame.name.rpartition(".")[2]
        if isinstance(frame.node, cst.Lambda) or last in DIFFERENTIATED or names_of(frame) & (LOSS_WORDS | PENALTIES):
            return False
        if _takes_gradients(frame) or _of_optimizer(frame, site):
            return True
    return False


def _takes_gradients(frame: Frame) -> bool:
    """By the names of its parameters; `update(params, state)` takes them of its own objective."""
    if not isinstance(frame.node, cst.FunctionDef):
        return False
    params = [*frame.node.params.posonly_params, *frame.node.params.params]
    named = [param.name.value for param in params if not _is_flag(param)]
    given = any(name.split("_")[-1] in GRADIENTS and not words(name) & FLAG_WORDS for name in named)
    return given or (frame.node.name.value == "update" and {"params", "state"} <= set(named))


def _is_flag(param: cst.Param) -> bool:
    """`create_grad=False`."""
    return isinstance(param.default, cst.Name) and param.default.value in ("True", "False")


def _of_optimizer(frame: Frame, site: Site) -> bool:
    """A method of a class that derives from an optimizer of a framework, or the step of one that says to be one."""
    if not frame.class_name:
        return False
    last = frame.name.rpartition(".")[2]
    if last == "step" and words(frame.class_name) & OPTIMIZERS:
        return True
    own = site.names.get("self") if frame is site.frame else None
    owner = own.payload.of if own is not None and isinstance(own.payload, Instance) else None
    named = site.names.get(frame.class_name)
    if owner is None and named is not None and isinstance(named.payload, Class):
        owner = named.payload
    bases = [] if owner is None else [entry.name for entry in owner.ancestry() if isinstance(entry, Dotted)]
    return any(registry.optimizer(base) is not None or words(base.rpartition(".")[2]) & OPTIMIZERS for base in bases)


def measures(site: Site) -> bool:
    """By the name of its function, of one that calls it or of its file the code measures, or prepares data."""
    named = any(words(frame.name.rpartition(".")[2]) & MEASURES for frame in callers(site.frame))
    return named or bool(_BESIDE_TRAINING.search(site.frame.path))


def quiet(site: Site) -> bool:
    """Code that computes schedules, metrics, samples or initial values."""
    return site.no_gradient or quiet_name(site.frame)


def quiet_name(frame: Frame) -> bool:
    """The name of the function says so, or that of its class or of its file."""
    last = frame.name.rpartition(".")[2]
    named, owner = {word.rstrip("0123456789") for word in words(last)}, _class_words(frame.class_name)
    if named & LOSS_WORDS:
        return False
    if last != "forward" and _BESIDE_TRAINING.search(frame.path):
        return True
    if last in DESCRIPTIONS and frame.class_name and frame.parent is None:
        return True
    return bool(named & QUIET_WORDS) or bool(last != "forward" and owner & QUIET_CLASSES and not owner & LOSS_WORDS)
