"""The logarithm of a product, of a determinant, of a normal probability, of a gamma or beta function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nanlint.domain.dtypes import Dtype
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import in_loss, in_training, quiet
from nanlint.reasoning.cumulative import CumulativeNormal, cumulative_normal
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import operand_node, quoted
from nanlint.reasoning.moving import contains, reachable_source, removable
from nanlint.reasoning.poles import takes_array
from nanlint.reasoning.provenance import is_array, is_schedule
from nanlint.reasoning.rewording import plainly_written
from nanlint.reasoning.spelling import Spelled, keyword_of, name_of, spell
from nanlint.reasoning.targets import picked
from nanlint.reasoning.terms import PLAIN, Term, operand
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Remove, Replace, Rewrite, Rule

SUMMED = {Op.PRODUCT: Op.SUM, Op.CUMPROD: Op.CUMSUM}
DIRECT = {Op.GAMMA: Op.LGAMMA, Op.BETA: Op.LOG_BETA, Op.DETERMINANT: Op.LOG_DETERMINANT}
"""Functions whose logarithm is a function of its own."""
EDGE = {
    Op.PRODUCT: "a product of many factors underflows to 0, where the logarithm is -inf, or overflows",
    Op.CUMPROD: "a product of many factors underflows to 0, where the logarithm is -inf, or overflows",
    Op.DETERMINANT: "a determinant is a product of eigenvalues and underflows to 0 (sixteen of 1e-3 do in float32), "
    "where the logarithm is -inf",
    Op.GAMMA: "the gamma function is infinite from 35.1 in float32 (171.7 in float64), and the logarithm with it",
    Op.BETA: "the beta function underflows to 0 where its logarithm is of ordinary size",
}
REMEDY = {
    Op.PRODUCT: "Sum the logarithms of the factors.",
    Op.CUMPROD: "Take the cumulative sum of the logarithms of the factors.",
    Op.DETERMINANT: "Use slogdet (or logdet), which sums the logarithms of the pivots.",
    Op.GAMMA: "Use lgamma, or gammaln.",
    Op.BETA: "Use betaln: lgamma(a) + lgamma(b) - lgamma(a + b).",
}


@dataclass(frozen=True, slots=True)
class LogProduct:
    """log(f(x)) or log(abs(f(x))), where `made` is the event of f and `magnitude` tells the two apart."""

    made: Event
    term: Term
    magnitude: bool


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(Op.LOG, Op.LOG2, Op.LOG10, Op.LOG1P):
        if registry.scalar(event.framework) or event.x.kind.scalar:
            continue
        normal = cumulative_normal(operand(trace, event), event.op is Op.LOG1P)
        if normal is not None and event.x.range.contains(-1.0 if event.op is Op.LOG1P else 0.0):
            yield _of_normal(event, trace, normal)
        found = None if event.op is Op.LOG1P else read(trace, event)
        level = None if found is None else _level(event, found)
        if found is not None and level is not None:
            yield Draft(
                event,
                level,
                f"{describe(event)} of {quoted(operand_node(event, 0))}: {EDGE[found.made.op]}",
                REMEDY[found.made.op],
                evidence=trail(event, trace, event.x),
                rewrite=_rewrite(event, found),
            )


def read(trace: Trace, event: Event) -> LogProduct | None:
    """The operand of the logarithm as a product or the like."""
    term = operand(trace, event).behind(PLAIN)
    magnitude = term.op is Op.ABSOLUTE
    if magnitude:
        term = term.operand().behind(PLAIN)
    made = term.origin
    return LogProduct(made, term, magnitude) if made is not None and made.op in EDGE else None


def _level(event: Event, found: LogProduct) -> Level | None:
    """None for what is bounded away from 0, and for integers: sizes and counts, whose product does not underflow."""
    x = found.made.x
    if (event.x.range.lo > 0.0 and found.made.op is not Op.GAMMA) or x.dtype.integer or x.kind.scalar or is_schedule(x):
        return None
    if quiet(event.site) or (found.made.op in SUMMED and not is_array(x)):
        return Level.STRICT
    likely = in_loss(event.site) or in_training(event.site) or x.range.inside(0.0, 1.0)
    likely = likely and x.dtype is not Dtype.FLOAT64  # which ends at 1e-308
    return Level.WARNING if likely else Level.NOTE


def _rewrite(event: Event, found: LogProduct) -> Rewrite | None:
    made = found.made
    if not plainly_written(event) or not plainly_written(made) or found.term.links:
        return None
    spelled = _summed(event, found) if made.op in SUMMED else _direct(event, found)
    if spelled is None:
        return None
    return _replacing(event, made, spelled, f"Use {_name(made)}", _applicability(found))


def _name(made: Event) -> str:
    names = {Op.DETERMINANT: "the logarithm of the determinant", Op.CUMPROD: "the cumulative sum of logarithms"}
    return names.get(made.op, "the sum of logarithms" if made.op in SUMMED else "its logarithm")


def _applicability(found: LogProduct) -> Applicability:
    """The logarithm of a negative product of two negative factors exists, the sum of their logarithms does not."""
    signed = found.made.op is not Op.DETERMINANT and found.made.x.range.lo < 0.0 and not found.magnitude
    direct = registry.spelling(Op.LOG_DETERMINANT, found.made.framework)
    unlike = found.made.op is Op.DETERMINANT and not found.magnitude and direct is None
    return Applicability.UNSAFE if signed or unlike else Applicability.SAFE


def _summed(event: Event, found: LogProduct) -> Spelled | None:
    """sum(log(x)) with the axis of the product; the method if the product was one."""
    made = found.made
    if not set(made.site.options) <= {"axis", "keepdim"} or event.framework != made.framework:
        return None
    passed = {name: node for name, node in made.site.options.items() if not made.options[name].is_none}
    parts = {name: reachable_source(node, made, event) for name, node in passed.items()}
    given = {name: text for name, text in parts.items() if text is not None}
    x = found.term.operand()
    inner = _logarithm(event, x, found.magnitude)
    if len(given) < len(parts) or inner is None:
        return None
    if not made.site.spelling.startswith("."):
        summed = spell(made, SUMMED[made.op], {"x": inner.text, **given})
        return None if summed is None else Spelled(summed.text, (*inner.imports, *summed.imports))
    arguments = [given["axis"]] if "axis" in given else []
    if "keepdim" in given:
        arguments.append(f"{keyword_of(Op.SUM, 'keepdim', event.framework)}={given['keepdim']}")
    return Spelled(f"{inner.text}.{SUMMED[made.op].value}({', '.join(arguments)})", inner.imports)


def _logarithm(event: Event, x: Term, magnitude: bool) -> Spelled | None:
    """log(x), or log(abs(x)), as the event is written."""
    if event.site.spelling.startswith("."):
        text = x.atom(event)
        absolute = ".abs()" if magnitude else ""
        return None if text is None else Spelled(f"{text}{absolute}{event.site.spelling}()")
    text = x.bare(event)
    if text is None or event.site.spelling == "":
        return None
    imports: tuple[str, ...] = ()
    if magnitude:
        absolute_value = spell(event, Op.ABSOLUTE, {"x": text})
        if absolute_value is None:
            return None
        text, imports = absolute_value.text, absolute_value.imports
    spelled = spell(event, event.op, {"x": text})
    return None if spelled is None else Spelled(spelled.text, (*imports, *spelled.imports))


def _direct(event: Event, found: LogProduct) -> Spelled | None:
    """The function's own logarithm: logdet, gammaln, betaln."""
    made = found.made
    if event.op is not Op.LOG:
        return None
    texts = [operand_term.bare(event) for operand_term in found.term.operands()]
    if any(text is None for text in texts):
        return None
    parts = {name: text for name, text in zip("xy", texts, strict=False) if text is not None}
    if made.op is Op.DETERMINANT and not found.magnitude:
        spelled = spell(event, Op.LOG_DETERMINANT, parts, made.framework)
        if spelled is not None:
            return spelled
    wanted = Op.LOG_ABS_DETERMINANT if made.op is Op.DETERMINANT else DIRECT[made.op]
    return spell(event, wanted, parts, made.framework, like=made)


def _of_normal(event: Event, trace: Trace, normal: CumulativeNormal) -> Draft:
    grave = Level.NOTE if picked(event.x) else Level.ERROR if event.x.known else Level.WARNING
    return Draft(
        event,
        grave if takes_array(event) and not quiet(event.site) else Level.NOTE,
        f"{describe(event)} of {quoted(operand_node(event, 0))}, a normal probability: it is exactly 0 not far out "
        "(5.5 standard deviations where it is computed from erf in float32), where the logarithm is -inf and the "
        "gradient NaN",
        f"Use {name_of(normal.made, Op.LOG_NDTR) or 'log_ndtr'}, which is exact at any distance.",
        evidence=trail(event, trace, event.x),
        rewrite=_log_ndtr(event, normal),
    )


def _log_ndtr(event: Event, normal: CumulativeNormal) -> Rewrite | None:
    if event.op not in (Op.LOG, Op.LOG1P) or not plainly_written(event):
        return None
    text = normal.text(event)
    framework = normal.made.framework
    spelled = None if text is None else spell(event, Op.LOG_NDTR, {"x": text}, framework)
    if spelled is None:
        return None
    if abs(normal.offset) > 1e-6:
        sign = "+" if normal.offset > 0.0 else "-"
        spelled = Spelled(f"{spelled.text} {sign} {abs(normal.offset)!r}", spelled.imports)
    return _replacing(event, normal.made, spelled, "Use log_ndtr", Applicability.SAFE)


def _replacing(event: Event, made: Event, spelled: Spelled, title: str, applicability: Applicability) -> Rewrite:
    """The text in place of the logarithm; the line that names its operand goes where nothing else needs it."""
    line = None if contains(event.node, made.node) else removable(made, [event.node])
    edits = (Replace(event.node, spelled.text), *(() if line is None else (Remove(line),)))
    return Rewrite(title, applicability, edits, spelled.imports)


RULE = Rule(
    code="NAN210",
    name="log-of-product",
    summary="The logarithm of a product, a determinant, a normal probability, a gamma or beta function.",
    why="A product of many factors leaves the range of its dtype long before its logarithm does: in float32 the "
    "product of 150 probabilities of 0.5 is 0 and its logarithm -inf instead of -104. A determinant is such a product: "
    "that of 0.001 times the 16 x 16 identity is 0. The normal distribution function, computed from erf, is exactly 0 "
    "from 5.5 standard deviations below the mean on. Each of these logarithms has a form of its own that keeps its "
    "digits.",
    check=check,
    specific=33,
    remedy="Sum the logarithms of the factors; use slogdet, log_ndtr, lgamma or betaln.",
    fix=Applicability.SAFE,
    fix_note="The same function where both are defined. Unsafe where factors can be negative, since the product of two "
    "of them has a logarithm and they have none, and for NumPy's slogdet without an absolute value, which "
    "gives a number where log(det) is NaN (its result has names since NumPy 1.25).",
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.linalg.slogdet.html",
        "https://docs.pytorch.org/docs/stable/special.html#torch.special.log_ndtr",
    ),
    bad=(
        Bad(
            "torch",
            """\
import torch

def likelihood_loss(scores):
    p = torch.exp(-scores.abs().clamp(max=5))
    return -torch.log(torch.prod(p, dim=1)).mean()

def f(scores):
    return likelihood_loss(scores)
""",
            fixed="""\
import torch

def likelihood_loss(scores):
    p = torch.exp(-scores.abs().clamp(max=5))
    return -torch.sum(torch.log(p), dim=1).mean()

def f(scores):
    return likelihood_loss(scores)
""",
            hostile="torch.full((2, 200), 0.9)",
            ordinary="torch.tensor([[0.3, -1.2, 2.0], [0.5, 0.7, -0.1]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(scores):
    p = scores.clamp(0.1, 1)
    joint = p.prod(-1, keepdim=True)
    return joint.log()
""",
            fixed="""\
import torch

def f(scores):
    p = scores.clamp(0.1, 1)
    return p.log().sum(-1, keepdim=True)
""",
            hostile="torch.full((2, 200), 0.5)",
            ordinary="torch.tensor([[0.3, 0.2, 0.9], [0.5, 0.7, 0.4]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log2(torch.cumprod(x, dim=0))
""",
            fixed="""\
import torch

def f(x):
    return torch.cumsum(torch.log2(x), dim=0)
""",
            hostile="torch.full((300,), 0.5)",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def log_likelihood(scores):
    p = np.exp(-np.abs(scores)).astype(np.float64)
    return np.log(np.prod(p, axis=0))

def f(scores):
    return log_likelihood(scores)
""",
            fixed="""\
import numpy as np

def log_likelihood(scores):
    p = np.exp(-np.abs(scores)).astype(np.float64)
    return np.sum(np.log(p), axis=0)

def f(scores):
    return log_likelihood(scores)
""",
            hostile="np.full((2000, 2), 0.9)",
            ordinary="np.array([[0.3, -1.2, 2.0], [0.5, 0.7, -0.1]])",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

class Flow(torch.nn.Module):
    def forward(self, weight):
        return torch.log(torch.abs(torch.det(weight)))

def f(weight):
    return Flow()(weight)
""",
            fixed="""\
import torch

class Flow(torch.nn.Module):
    def forward(self, weight):
        return torch.linalg.slogdet(weight).logabsdet

def f(weight):
    return Flow()(weight)
""",
            hostile="1e-3 * torch.eye(16)",
            ordinary="torch.tensor([[2.0, 0.3], [0.1, -1.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def gaussian_loss(covariance):
    return 0.5 * covariance.det().log()

def f(covariance):
    return gaussian_loss(covariance)
""",
            fixed="""\
import torch

def gaussian_loss(covariance):
    return 0.5 * torch.logdet(covariance)

def f(covariance):
    return gaussian_loss(covariance)
""",
            hostile="1e-3 * torch.eye(16)",
            ordinary="torch.tensor([[2.0, 0.3], [0.1, 1.5]])",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(covariance):
    return np.log(np.linalg.det(covariance))
""",
            fixed="""\
import numpy as np

def f(covariance):
    return np.linalg.slogdet(covariance).logabsdet
""",
            hostile="1e-3 * np.eye(120)",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch
from torch.distributions import Normal

def survival_loss(x, mu, sigma):
    tail = Normal(mu, sigma).cdf(x)
    return -torch.log(tail).sum()

def f(x, mu):
    return survival_loss(x, mu, torch.full((2,), 2.0))
""",
            fixed="""\
import torch
from torch.distributions import Normal

def survival_loss(x, mu, sigma):
    return -torch.special.log_ndtr((x - mu) / sigma).sum()

def f(x, mu):
    return survival_loss(x, mu, torch.full((2,), 2.0))
""",
            hostile="torch.tensor([-30.0, 1.0]), torch.zeros(2)",
            ordinary="torch.tensor([-1.0, 2.5]), torch.zeros(2)",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log(0.5 * (1 + torch.erf(x / 2**0.5)))
""",
            fixed="""\
import torch

def f(x):
    return torch.special.log_ndtr(x)
""",
            hostile="torch.tensor([-9.0, 1.0])",
            ordinary="torch.tensor([-1.0, 0.3, 2.5])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(-torch.special.ndtr(x))
""",
            fixed="""\
import torch

def f(x):
    return torch.special.log_ndtr(-x)
""",
            hostile="torch.tensor([20.0, 1.0])",
            ordinary="torch.tensor([-1.0, 0.3, 2.5])",
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    return torch.erfc(x).log()
""",
            fixed="""\
import torch

def f(x):
    return torch.special.log_ndtr(-1.4142135623730951 * x) + 0.6931471805599453
""",
            hostile="torch.tensor([20.0, 1.0])",
            ordinary="torch.tensor([-1.0, 0.3, 2.5])",
        ),
        Bad(
            "scipy",
            """\
import numpy as np
from scipy.special import ndtr

def f(x):
    return np.log(1 - ndtr(x))
""",
            fixed="""\
import numpy as np
from scipy.special import ndtr
from scipy.special import log_ndtr

def f(x):
    return log_ndtr(-x)
""",
            hostile="np.array([20.0, 1.0])",
            ordinary="np.array([-1.0, 0.3, 2.5])",
            level=Level.NOTE,
        ),
        Bad(
            "scipy",
            """\
import numpy as np
from scipy.stats import norm

def improvement_loss(best, mu, sigma):
    return -np.log(norm.cdf(best, mu, sigma))

def f(best, mu, sigma):
    return improvement_loss(best, mu, sigma)
""",
            fixed="""\
import numpy as np
from scipy.stats import norm
import scipy

def improvement_loss(best, mu, sigma):
    return -scipy.special.log_ndtr((best - mu) / sigma)

def f(best, mu, sigma):
    return improvement_loss(best, mu, sigma)
""",
            hostile="np.array([-90.0, 1.0]), np.array([0.0, 0.0]), np.array([1.0, 1.0])",
            ordinary="np.array([-1.0, 1.0]), np.array([0.5, 0.0]), np.array([1.0, 2.0])",
            level=Level.NOTE,
        ),
        Bad(
            "scipy",
            """\
import numpy as np
from scipy.special import gamma

def f(x):
    return np.log(gamma(np.abs(x) + 0.5))
""",
            fixed="""\
import numpy as np
from scipy.special import gamma
from scipy.special import gammaln

def f(x):
    return gammaln(np.abs(x) + 0.5)
""",
            hostile="np.array([200.0, 3.0])",
            ordinary="np.array([0.3, 4.0])",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "torch",
            """\
import torch

def f(p):
    return torch.log(p.clamp(min=1e-6)).sum(dim=1), torch.logdet(p), torch.special.log_ndtr(p)
""",
            "The stable forms.",
        ),
        Good(
            "torch",
            """\
import torch

def f(p, q):
    return torch.log(p.clamp(min=1e-3) * q.clamp(min=1e-3))
""",
            "A product of two factors underflows only where the factors nearly do.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log1p(torch.erf(x).abs()) + torch.log(1 + torch.special.ndtr(x))
""",
            "Off the pole: the logarithm is of at least 1.",
        ),
        Good(
            "torch",
            """\
import torch
from torch.distributions import Beta

def f(x, a, b):
    return torch.log(Beta(a, b).cdf(x).clamp(min=1e-6))
""",
            "The distribution function of another distribution.",
        ),
        Good(
            "torch",
            """\
import math

import torch

def f(x):
    return x / math.log(math.prod([2, 3, 4])) + math.log(math.gamma(5.0))
""",
            "Python's own numbers raise an error instead of becoming infinite.",
        ),
        Good(
            "scipy",
            """\
import numpy as np
from scipy.special import betaln, gammaln, log_ndtr

def f(a, b, x):
    return gammaln(a) + betaln(a, b) + log_ndtr(x) + np.linalg.slogdet(np.diag(a))[1]
""",
            "The logarithms by their own functions.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def plot_evidence(p):
    return np.log(np.prod(p, axis=0))

def f(p):
    return plot_evidence(p)
""",
            "A figure; and nothing says that the factors are many.",
        ),
        Good(
            "torch",
            """\
import torch

def f(mask):
    return torch.log(1.0 + torch.prod(mask, dim=1)) + torch.log(torch.det(mask).abs() + 1.0)
""",
            "An addend keeps the logarithm finite.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    sizes = torch.tensor([3, 4, 5])
    return x / torch.log(torch.prod(sizes))
""",
            "Integers of at least 1.",
        ),
        Good(
            "scipy",
            """\
import numpy as np
from scipy.stats import norm

def f(x, mu):
    return norm.logcdf(x, mu) + np.log(norm.cdf(np.clip(x, -3.0, 3.0)))
""",
            "The logarithm by its own function; within three standard deviations the probability is above 1e-3.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(p):
    return np.exp(np.mean(np.log(np.maximum(p, 1e-12)))), np.prod(p) ** 0.5
""",
            "A geometric mean by logarithms; a product without one.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    return np.log(np.prod(x.shape)), np.log(np.prod([len(x), 3]))
""",
            "The number of elements of an array is an integer of ordinary size.",
        ),
        Good(
            "torch",
            """\
import torch

def f(t):
    betas = torch.linspace(1e-4, 0.02, 1000)
    alphas_cumprod = torch.cumprod(1 - betas, dim=0)
    return torch.log(alphas_cumprod)[t]
""",
            "A noise schedule is fixed when the model is written.",
        ),
        Good(
            "torch",
            """\
import torch

def f(x):
    return torch.log(torch.prod(x.clamp(min=1.0), dim=1)) + torch.log(torch.special.ndtr(x).clamp(min=1e-6))
""",
            "Factors of at least 1 do not underflow; the probability is clamped.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch

def f(p):
    joint = 1.0
    for factor in p:
        joint = joint * factor
    return torch.log(joint)
""",
            "A product that a loop computes factor by factor.",
        ),
    ),
)
