"""A matrix computed from data that is inverted, solved, factored or log-determined with nothing on its diagonal."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import in_training, quiet, words
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.guarding import operand_node, quoted, with_epsilon
from nanlint.reasoning.matrices import Gram, Origin, altered, gram, is_drawn, is_regular
from nanlint.reasoning.moving import held_by
from nanlint.reasoning.placement import is_handled
from nanlint.reasoning.poles import differentiated
from nanlint.reasoning.provenance import is_array
from nanlint.reasoning.spelling import spell
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Limits, Miss, Replace, Rewrite, Rule

BREAKING = (Op.INVERSE, Op.SOLVE, Op.CHOLESKY, Op.LOG_DETERMINANT, Op.LOG_ABS_DETERMINANT)
SPECTRAL = {Op.SINGULAR_VECTORS: 1, Op.EIGENVECTORS: 0}
"""Decompositions with a gradient of their own, and which part of their result holds the values."""
FITTING = frozenset({"fit", "train", "em", "update", "maximization", "maximize", "step", "learn", "estimate"})
"""Words in the name of a function that fits a model."""
KNOWN_REGULAR = frozenset(
    {"k", "intrinsic", "intrinsics", "extrinsic", "extrinsics", "pose", "poses", "rotation", "rotations", "rot",
     "rotmat", "camera", "cam", "homography", "affine", "transform", "transforms", "transformation", "projection",
     "proj", "w2c", "c2w", "world", "view", "calib", "calibration", "theta", "trans", "tform", "basis", "dct", "stft"}
)  # fmt: skip
"""Words in the name of a matrix that is invertible by what it stands for."""
JITTER = "1e-6"


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for event in trace.of(*BREAKING, *SPECTRAL, Op.DISTRIBUTION):
        matrix, node = _matrix(event)
        if matrix is None or altered(matrix, trace) or is_drawn(matrix):
            continue
        if event.op in registry.table(event.framework).raising and is_handled(event):
            continue
        found = gram(matrix)
        level = _unproven(event, matrix, node) if found is None else _level(event, found)
        if level is None or (event.op in SPECTRAL and (found is None or not _vectors_matter(event))):
            continue
        origin = "a matrix of which nothing is known" if found is None else found.origin.value
        yield Draft(
            event,
            level,
            f"{describe(event)} of {quoted(node)}, {origin}: {_consequence(event, found)}",
            "Add a small multiple of the identity to the matrix, or use pinv or lstsq, which take what is singular.",
            evidence=_evidence(event, trace, matrix),
            rewrite=None if found is None else _rewrite(event, matrix, node, found),
        )


def _matrix(event: Event) -> tuple[Value | None, cst.BaseExpression | None]:
    """The matrix and its source; of a distribution, its covariance."""
    if event.op is not Op.DISTRIBUTION:
        return event.x, operand_node(event, 0)
    for name in ("covariance_matrix", "precision_matrix"):
        if (value := event.options.get(name)) is not None and not value.is_none:
            return value, event.site.options.get(name)
    return None, None


def _evidence(event: Event, trace: Trace, matrix: Value) -> tuple[Clue, ...]:
    return trail(event, trace, matrix)


def _level(event: Event, found: Gram) -> Level:
    """Where the matrix is computed from data: the more, the more often the code runs."""
    if quiet(event.site):
        return Level.NOTE
    if found.origin is Origin.OUTER:
        return Level.ERROR
    named = words(event.site.frame.name.rpartition(".")[2])
    often = bool(event.site.loops) or in_training(event.site) or bool(named & FITTING)
    return Level.WARNING if often and event.site.frame.name else Level.NOTE


def _unproven(event: Event, matrix: Value, node: cst.BaseExpression | None) -> Level | None:
    """Of an unknown matrix; None for a constant one, for factors and rotations, and where something is added."""
    named = words(code(node)) if isinstance(node, (cst.Name, cst.Attribute)) else set()
    if named & KNOWN_REGULAR or is_regular(matrix) or event.op in SPECTRAL:
        return None
    return Level.STRICT if is_array(matrix) or event.op is not Op.DISTRIBUTION else None


def _vectors_matter(event: Event) -> bool:
    """The gradient of the vectors is asked for: they are given a name, and something is trained."""
    line = event.site.statement
    if not differentiated(event) or not in_training(event.site) or not isinstance(line, cst.SimpleStatementLine):
        return False
    for part in line.body:
        if isinstance(part, cst.Assign) and part.value is event.node and isinstance(part.targets[0].target, cst.Tuple):
            names = [code(element.value) for element in part.targets[0].target.elements]
            return any(not name.startswith("_") for i, name in enumerate(names) if i != SPECTRAL[event.op])
    return False


def _consequence(event: Event, found: Gram | None) -> str:
    when = {
        None: "where it is singular",
        Origin.PRODUCT: "with columns that depend on each other, or fewer rows than columns, it is singular and",
        Origin.COVARIANCE: "with fewer samples than variables, or variables that depend on each other, it is singular "
        "and",
        Origin.OUTER: "it is singular, and",
    }[None if found is None else found.origin]
    if event.op in SPECTRAL:
        return f"{when} its zero eigenvalues coincide: the gradient of the vectors divides by their difference, 0"
    if event.op in (Op.LOG_DETERMINANT, Op.LOG_ABS_DETERMINANT):
        gradient = " and its gradient infinite" if differentiated(event) else ""
        return f"{when} the logarithm of its determinant is -inf{gradient}"
    if event.op is Op.DISTRIBUTION:
        return f"{when} the distribution refuses it with a ValueError"
    quietly = (raises := event.options.get("raises")) is not None and raises.constant is False
    if quietly:
        return f"{when} the result is not finite or wrong, and only `info` tells"
    wrong = (
        "this raises an error"
        if event.op in registry.table(event.framework).raising
        else "the result is infinite or NaN"
    )
    return f"{when} {wrong}; where it nearly is, the result is rounding errors made large"


def _rewrite(event: Event, matrix: Value, node: cst.BaseExpression | None, found: Gram) -> Rewrite | None:
    """Jitter on the diagonal, where the size of the matrix can be written."""
    if node is None or event.op in SPECTRAL or event.op is Op.DISTRIBUTION:
        return None
    holder, size = _size(event, matrix, node, found)
    if holder is None:
        return None
    parts = {"n": size, "dtype": f"{holder}.dtype", "device": f"{holder}.device"}
    identity = spell(event, Op.EYE, parts, registry.arrays(event.framework))
    text = None if identity is None else with_epsilon(event, 0, f"{JITTER} * {identity.text}")
    if identity is None or text is None:
        return None
    return Rewrite(
        f"Add {JITTER} to the diagonal of {quoted(node)}",
        Applicability.UNSAFE,
        (Replace(node, text),),
        identity.imports,
    )


def _size(event: Event, matrix: Value, node: cst.BaseExpression, found: Gram) -> tuple[str | None, str]:
    """The name of an array with the matrix's dtype, and the text of the matrix's size."""
    if isinstance(node, (cst.Name, cst.Attribute)):
        return code(node), f"{code(node)}.shape[-1]"
    factor = found.factor
    if factor is None or (found.origin is Origin.COVARIANCE and not found.rows):
        return None, ""
    name = held_by(factor, event.site)
    axis = "0" if found.origin is Origin.COVARIANCE else "-2" if found.rows else "-1"
    return name, f"{name}.shape[{axis}]"


RULE = Rule(
    code="NAN113",
    name="singular-matrix",
    summary="A matrix computed from data is inverted, solved with, Cholesky-factored or log-determined as it is.",
    why="X^T X, a covariance matrix and a sum of outer products are singular as soon as two columns depend on each "
    "other, one is constant, or there are fewer rows than columns: a small batch, a dead feature, a mixture component "
    "with one point. PyTorch and NumPy then raise LinAlgError in inv, solve and cholesky, and give -inf in logdet and "
    "slogdet, with an infinite gradient; TensorFlow raises in inv and solve and gives NaN in cholesky, JAX gives "
    "infinity and NaN without a word; just short of singular the inverse consists of rounding errors times 1e7. The "
    "gradients of eigenvectors and singular vectors are NaN where two eigenvalues are equal, as the zeros of a "
    "rank-deficient matrix are.",
    check=check,
    specific=20,
    optional=True,
    remedy="Add a small multiple of the identity to the matrix, or use pinv or lstsq.",
    fix=Applicability.UNSAFE,
    fix_note="It adds 1e-6 to the diagonal, which shrinks the solution as ridge regression does. Choose it relative to "
    "the size of the diagonal: in float32 it must be above 1e-7 of it to have any effect.",
    references=("https://docs.pytorch.org/docs/stable/generated/torch.linalg.inv.html",),
    bad=(
        Bad(
            "torch",
            """\
import torch

class Ridge(torch.nn.Module):
    def forward(self, x, y):
        return torch.linalg.solve(x.T @ x, x.T @ y)

def f(x, y):
    return Ridge()(x, y)
""",
            fixed="""\
import torch

class Ridge(torch.nn.Module):
    def forward(self, x, y):
        return torch.linalg.solve(x.T @ x + 1e-6 * torch.eye(x.shape[-1], dtype=x.dtype, device=x.device), x.T @ y)

def f(x, y):
    return Ridge()(x, y)
""",
            proof="raises(torch.linalg.LinAlgError, lambda: f(torch.ones(3, 2), torch.ones(3)))",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def whitening_loss(features):
    centred = features - features.mean(0)
    cov = centred.t().mm(centred) / (features.shape[0] - 1)
    return -torch.logdet(cov)

def f(features):
    return whitening_loss(features)
""",
            fixed="""\
import torch

def whitening_loss(features):
    centred = features - features.mean(0)
    cov = centred.t().mm(centred) / (features.shape[0] - 1)
    return -torch.logdet(cov + 1e-6 * torch.eye(cov.shape[-1], dtype=cov.dtype, device=cov.device))

def f(features):
    return whitening_loss(features)
""",
            hostile="torch.ones(4, 2)",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

def f(x):
    c = torch.einsum("ni,nj->ij", x, x) / len(x)
    return c.cholesky()
""",
            fixed="""\
import torch

def f(x):
    c = torch.einsum("ni,nj->ij", x, x) / len(x)
    return (c + 1e-6 * torch.eye(c.shape[-1], dtype=c.dtype, device=c.device)).cholesky()
""",
            proof="raises(torch.linalg.LinAlgError, lambda: f(torch.ones(4, 2)))",
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            """\
import torch

def f(v):
    return torch.outer(v, v).inverse()
""",
            proof="raises(torch.linalg.LinAlgError, lambda: f(torch.ones(3)))",
        ),
        Bad(
            "torch",
            """\
import torch
from torch.distributions import MultivariateNormal

class Prior(torch.nn.Module):
    def forward(self, z):
        gaussian = MultivariateNormal(z.mean(0), torch.cov(z.T))
        return gaussian.log_prob(z).sum()

def f(z):
    return Prior()(z)
""",
            proof="raises(ValueError, lambda: f(torch.ones(4, 2)))",
            level=Level.WARNING,
        ),
        Bad(
            "torch",
            """\
import torch

class Projection(torch.nn.Module):
    def forward(self, x):
        values, vectors = torch.linalg.eigh(x.T @ x)
        return x @ vectors

def f(x):
    return Projection()(x)
""",
            hostile="torch.eye(3)",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

class LinearRegression:
    def fit(self, X, y):
        self.weights = np.linalg.inv(X.T.dot(X)).dot(X.T).dot(y)
        return self.weights

def f(X, y):
    return LinearRegression().fit(X, y)
""",
            fixed="""\
import numpy as np

class LinearRegression:
    def fit(self, X, y):
        self.weights = np.linalg.inv(X.T.dot(X) + 1e-6 * np.eye(X.shape[-1])).dot(X.T).dot(y)
        return self.weights

def f(X, y):
    return LinearRegression().fit(X, y)
""",
            proof="raises(np.linalg.LinAlgError, lambda: f(np.ones((3, 2)), np.ones(3)))",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x):
    covariance = np.cov(x, rowvar=False)
    sign, log_det = np.linalg.slogdet(covariance)
    return log_det
""",
            fixed="""\
import numpy as np

def f(x):
    covariance = np.cov(x, rowvar=False)
    sign, log_det = np.linalg.slogdet(covariance + 1e-6 * np.eye(covariance.shape[-1]))
    return log_det
""",
            hostile="np.ones((4, 2))",
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(x, responsibilities):
    densities = []
    for weights in responsibilities:
        mean = weights @ x / weights.sum()
        diff = x - mean
        covariance = (weights * diff.T) @ diff / weights.sum()
        densities.append(diff @ np.linalg.inv(covariance))
    return densities
""",
            fixed="""\
import numpy as np

def f(x, responsibilities):
    densities = []
    for weights in responsibilities:
        mean = weights @ x / weights.sum()
        diff = x - mean
        covariance = (weights * diff.T) @ diff / weights.sum()
        densities.append(diff @ np.linalg.inv(covariance + 1e-6 * np.eye(covariance.shape[-1])))
    return densities
""",
            proof="raises(np.linalg.LinAlgError, lambda: f(np.ones((4, 2)), np.ones((1, 4))))",
            level=Level.WARNING,
        ),
        Bad(
            "numpy",
            """\
import numpy as np

def f(features, labels):
    scatter = np.zeros((2, 2))
    for label in set(labels):
        scatter += sum(np.outer(row, row) for row in features[labels == label])
    return np.linalg.inv(scatter)
""",
            fixed="""\
import numpy as np

def f(features, labels):
    scatter = np.zeros((2, 2))
    for label in set(labels):
        scatter += sum(np.outer(row, row) for row in features[labels == label])
    return np.linalg.inv(scatter + 1e-6 * np.eye(scatter.shape[-1]))
""",
            proof="raises(np.linalg.LinAlgError, lambda: f(np.ones((4, 2)), np.array([0, 0, 1, 1])))",
            level=Level.NOTE,
        ),
        Bad(
            "scipy",
            """\
import numpy as np
from scipy import linalg

def f(x):
    residual = x - x.mean(axis=0)
    return linalg.cho_factor(residual.T @ residual)
""",
            fixed="""\
import numpy as np
from scipy import linalg

def f(x):
    residual = x - x.mean(axis=0)
    return linalg.cho_factor(residual.T @ residual + 1e-6 * np.eye(residual.shape[-1]))
""",
            proof="raises(np.linalg.LinAlgError, lambda: f(np.ones((4, 2))))",
            level=Level.NOTE,
        ),
    ),
    good=(
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    values, vectors = np.linalg.eigh(np.cov(x))
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return values, vectors, u, s, vt, np.linalg.lstsq(x, x[:, 0], rcond=None)[0]
""",
            "Eigenvectors, singular values and least squares exist for singular matrices, and NumPy has no gradient.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    try:
        return np.linalg.inv(x.T @ x)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(x.T @ x)
""",
            "The error is handled.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(F, P, Q):
    for step in range(3):
        P = F @ P @ F.T
        P = np.linalg.inv(P)
    basis = np.random.randn(4, 4)
    return P, np.linalg.inv(basis @ basis.T)
""",
            "A covariance carried along by a regular matrix is regular; random numbers are as good as surely so.",
        ),
        Good(
            "torch",
            """\
import torch

class Damped(torch.nn.Module):
    def forward(self, jacobian, residual, damping):
        normal = jacobian.transpose(-1, -2) @ jacobian
        normal = normal + torch.diag_embed(damping)
        return torch.cholesky_solve(jacobian.mT @ residual, torch.linalg.cholesky(normal))

def f(jacobian, residual, damping):
    return Damped()(jacobian, residual, damping)
""",
            "Levenberg and Marquardt's damping.",
        ),
        Good(
            "torch",
            """\
import torch

def regression_loss(x, y, ridge=1e-3):
    gram = x.T @ x + ridge * torch.eye(x.shape[1])
    return (x @ torch.linalg.solve(gram, x.T @ y) - y).square().mean()

def f(x, y):
    return regression_loss(x, y)
""",
            "A multiple of the identity is added.",
        ),
        Good(
            "torch",
            """\
import torch

class Whitening(torch.nn.Module):
    def forward(self, x):
        covariance = torch.cov(x.T)
        covariance.diagonal().add_(1e-4)
        return torch.linalg.cholesky(covariance)

def f(x):
    return Whitening()(x)
""",
            "The diagonal is raised in place.",
        ),
        Good(
            "torch",
            """\
import torch

class Reproject(torch.nn.Module):
    def forward(self, points, intrinsics, pose):
        return torch.inverse(intrinsics) @ points @ torch.linalg.inv(pose)

def f(points, K, pose):
    return Reproject()(points, K, pose) + torch.inverse(K)
""",
            "Camera matrices and poses are invertible by what they stand for.",
        ),
        Good(
            "torch",
            """\
import torch

class Flow(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.linalg.qr(torch.randn(8, 8))[0])

    def forward(self, x):
        return torch.slogdet(self.weight)[1] + torch.logdet(self.weight)

def f(x):
    return Flow()(x)
""",
            "A square weight that starts as a rotation; nothing in the file makes it singular.",
        ),
        Good(
            "torch",
            """\
import torch

class Projection(torch.nn.Module):
    def forward(self, x):
        values, _ = torch.linalg.eigh(x.T @ x)
        return values + torch.linalg.pinv(x.T @ x).diagonal()

def f(x):
    return Projection()(x)
""",
            "The values alone have a finite gradient, and a pseudo-inverse exists for every matrix.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

class Ridge:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y):
        A = self.alpha * np.eye(X.shape[1])
        return np.linalg.inv(X.T.dot(X) + A).dot(X.T).dot(y)

def f(X, y):
    return Ridge().fit(X, y)
""",
            "Regularised.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(P, H, R):
    S = H @ P @ H.T + R
    return P @ H.T @ np.linalg.inv(S)
""",
            "A Kalman filter: the noise of the measurement is added.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(x):
    covariance = np.cov(x, rowvar=False)
    covariance[np.diag_indices_from(covariance)] += 1e-6
    other = x.T @ x
    np.fill_diagonal(other, other.diagonal() + 1.0)
    return np.linalg.inv(covariance) + np.linalg.inv(other)
""",
            "The diagonal is raised in place.",
        ),
        Good(
            "numpy",
            """\
import numpy as np

def f(points):
    rotation = np.array([[0.0, -1.0], [1.0, 0.0]])
    return points @ np.linalg.inv(rotation) @ np.linalg.inv(np.diag([2.0, 3.0]))
""",
            "Constants.",
        ),
    ),
    missed=(
        Miss(
            "numpy",
            """\
import numpy as np

def f(X, y):
    Xt = np.array(list(zip(*X)))
    return np.linalg.solve(np.dot(Xt, X), np.dot(Xt, y))
""",
            "A transpose by `zip` is not seen to be one.",
        ),
    ),
)
