"""A sigmoid whose result goes into the binary cross-entropy of probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libcst as cst

from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.frameworks import registry
from nanlint.interp.objects import Layer
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.activations import (
    FLAG,
    Activated,
    Edits,
    activated,
    at_loss,
    at_source,
    called_layer,
    input_node,
    named_input,
    written_out,
)
from nanlint.reasoning.evidence import describe, trail
from nanlint.reasoning.logits import telling
from nanlint.reasoning.ownership import denoted
from nanlint.reasoning.probabilities import Form
from nanlint.reasoning.spelling import spell_name
from nanlint.rule import Bad, Draft, Good, Limits, Miss, Remove, Replace, Rewrite, Rule

ENDS = "the gradient is 0 from a logit of 16.64 on and fades below -27.6, so confident mistakes stay"


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    for loss in trace.of(Op.BINARY_CROSS_ENTROPY):
        found = _fed(loss, trace)
        if found is not None and not loss.site.no_gradient:
            yield Draft(
                event=loss,
                level=Level.NOTE,
                message=f"{describe(loss)} of {named_input(loss)}, a sigmoid: {_ends(loss)}",
                remedy="Give the logits to the with-logits form of the loss.",
                evidence=trail(loss, trace, loss.x),
                claims=written_out(found, trace),
                rewrite=_rewrite(found, trace),
            )


def _fed(loss: Event, trace: Trace) -> Activated | None:
    found = activated(loss, trace)
    return found if found is not None and found.p.form is Form.SIGMOID and not _recovered(found) else None


def _recovered(found: Activated) -> bool:
    """The loss goes back to the logits itself: of its own framework's activation, of any in the graph of a fit."""
    stated, made = found.loss.options.get("recovers_logits"), found.p.made
    own = made is not None and made.framework == found.loss.framework
    return (own or input_node(found.loss) is None) and stated is not None and stated.constant is True


def _ends(loss: Event) -> str:
    clip, eps = loss.options.get("clip"), loss.options.get("eps")
    if clip is not None:
        edge = math.log(1.0 / clip.range.lo - 1.0)
        return f"the gradient is 0 from a logit of {edge:.1f} on and below -{edge:.1f}, so confident mistakes stay"
    if eps is not None and eps.range.lo > 0.0:
        return f"the gradient fades beyond logits of {-math.log(eps.range.lo):.1f}, so confident mistakes stay"
    return ENDS


# the with-logits form


def _rewrite(found: Activated, trace: Trace) -> Rewrite | None:
    """The loss from logits; of a loss object, everywhere it is used."""
    if FLAG in found.loss.options:
        return _told(found, trace)
    layer = _layer(found.loss)
    group = [found] if layer is None else _of_layer(layer, trace)
    renamed = _renamed(found.loss, layer)
    if renamed is None or not group:
        return None
    safe, imports, edits = True, list(renamed.imports), list(renamed.edits)
    for each in group:
        here = at_loss(each)
        dropped = here or at_source(each, trace, {Op.BINARY_CROSS_ENTROPY})
        if dropped is None:
            return None
        safe = safe and here is not None and not each.bounded
        edits += [edit for edit in dropped.edits if not any(_same(edit, other) for other in edits)]
        imports += dropped.imports
    applicability = Applicability.SAFE if safe else Applicability.UNSAFE
    return Rewrite("Compute the loss from the logits", applicability, tuple(edits), tuple(dict.fromkeys(imports)))


def _told(found: Activated, trace: Trace) -> Rewrite | None:
    """The loss, told that it gets logits."""
    here, told = at_loss(found), telling(found.loss, trace, logits=True)
    if here is None or told is None or called_layer(found.loss) is not None:
        return None
    edits = {id(_place(edit)): edit for edit in (*told.edits, *here.edits)}
    given, stated = here.edits[0], told.edits[0]
    if isinstance(given, Replace) and isinstance(stated, Replace) and given.node is stated.node:
        edits[id(given.node)] = Replace(given.node, f"{given.text}, {FLAG}=True")
    title, imports = "Compute the loss from the logits", (*told.imports, *here.imports)
    return Rewrite(title, Applicability.UNSAFE, tuple(edits.values()), imports)


def _place(edit: Replace | Remove) -> cst.CSTNode:
    return edit.node if isinstance(edit, Replace) else edit.statement


def _same(a: Replace | Remove, b: Replace | Remove) -> bool:
    if isinstance(a, Replace) and isinstance(b, Replace):
        return a.node is b.node and a.text == b.text
    return isinstance(a, Remove) and isinstance(b, Remove) and a.statement is b.statement


def _layer(loss: Event) -> Layer | None:
    """The loss object that is called; None for a function, and for an object made in place."""
    called = denoted(loss.node.func, loss.site) if isinstance(loss.node, cst.Call) else None
    return called.payload if called is not None and isinstance(called.payload, Layer) else None


def _of_layer(layer: Layer, trace: Trace) -> list[Activated]:
    """All calls of the loss object; empty if one of them, or of an object that nothing tells, gets no sigmoid."""
    found = []
    for loss in trace.of(Op.BINARY_CROSS_ENTROPY):
        other = _layer(loss)
        if other is not layer and (other is not None or _written(loss) is not None):
            continue
        one = _fed(loss, trace)
        if one is None or other is None:
            return []
        found.append(one)
    return found


def _written(loss: Event) -> cst.BaseExpression | None:
    """The name of the loss where it is called: `F.binary_cross_entropy`, or `nn.BCELoss` of `nn.BCELoss()(p, y)`."""
    function = loss.node.func if isinstance(loss.node, cst.Call) else None
    made = function.func if isinstance(function, cst.Call) else function
    last = made.attr.value if isinstance(made, cst.Attribute) else made.value if isinstance(made, cst.Name) else ""
    return made if last in _renaming(loss.framework) else None


def _renaming(framework: str) -> dict[str, str]:
    """By the last word of its name, the with-logits form of a loss."""
    return {name.rpartition(".")[2]: other for name, other in registry.table(framework).with_logits.items()}


def _renamed(loss: Event, layer: Layer | None) -> Edits | None:
    """The name of the with-logits form where the loss is called, or made."""
    name = layer.node.func if layer is not None and isinstance(layer.node, cst.Call) else _written(loss)
    others = _renaming(loss.framework)
    if isinstance(name, cst.Attribute) and name.attr.value in others:
        return Edits((Replace(name.attr, others[name.attr.value].rpartition(".")[2]),))
    if isinstance(name, cst.Name) and name.value in others:
        text, imports = spell_name(loss.site, others[name.value])
        return Edits((Replace(name, text),), imports)
    return None


_DEAD = "torch.autograd.grad(f(x := torch.tensor([40.0], requires_grad=True), torch.tensor([0.0])), x)[0].item() == 0"
_DEAD_NET = (
    "all(torch.autograd.grad(f(x := torch.full((1, 2), 1e4, requires_grad=True), torch.tensor([[k]])), x)[0]"
    ".abs().max() == 0 for k in (0.0, 1.0))"
)
_ORDINARY = "torch.tensor([-3.0, 0.5, 4.0]), torch.tensor([0.0, 1.0, 1.0])"
_METHOD = """\
from torch import nn


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = 2.0
        self.bce = nn.BCELoss(reduction="sum")

    def loss(self, x, y):
        scores = self.scale * x
        return self.bce(scores.sigmoid(), y)


def f(x, y):
    return Head().loss(x, y)
"""
_SEQUENTIAL = """\
import torch
import torch.nn as nn

torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
adversarial_loss = nn.BCELoss()


def f(x, y):
    return adversarial_loss(critic(x), y) / 2
"""
_SHOWN = """\
import torch
from torch import nn


def f(x, y):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
    p = net(x)
    correct = (p > 0.5) == (y > 0.5)
    return nn.BCELoss()(p, y) + 0 * correct.sum()
"""

RULE = Rule(
    code="NAN303",
    name="sigmoid-before-bce",
    summary="The binary cross-entropy of probabilities is fed with a sigmoid, where a form that takes logits exists.",
    why=(
        "PyTorch's BCELoss cuts its logarithms at -100, so the loss is finite where a handwritten one is inf. But the"
        " sigmoid is exactly 1 in float32 from a logit of 16.64 on, and there the gradient is exactly 0: an example"
        " that the model gets confidently wrong is never learned. Below -27.6 the gradient fades in the same way."
        " The with-logits form has the right value and gradient everywhere, and unlike BCELoss runs under autocast."
    ),
    check=check,
    specific=40,
    remedy="Use binary_cross_entropy_with_logits or BCEWithLogitsLoss on the logits.",
    fix=Applicability.UNSAFE,
    fix_note=(
        "Safe where the sigmoid stands beside the loss: the values are equal as long as the sigmoid does not saturate,"
        " and the lost gradient comes back. Unsafe where the sigmoid is dropped from a model, which then returns"
        " logits; not offered where the probabilities are used for something else as well."
    ),
    bad=(
        Bad(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n"
            '    return F.binary_cross_entropy(torch.sigmoid(x), y, reduction="sum")\n',
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n"
            '    return F.binary_cross_entropy_with_logits(x, y, reduction="sum")\n',
            proof=_DEAD,
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            "import torch\nfrom torch.nn import BCELoss\n\n\ndef f(x, y):\n    p = torch.sigmoid(2 * x)\n"
            "    return BCELoss()(p, y)\n",
            "import torch\nfrom torch.nn import BCELoss\n\n\ndef f(x, y):\n"
            "    return torch.nn.BCEWithLogitsLoss()(2 * x, y)\n",
            proof=_DEAD,
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            "from torch import nn\n\n\ndef f(x, y):\n    criterion = nn.BCELoss()\n    p = x.sigmoid()\n"
            "    loss = criterion(p, y)\n    return loss + 0 * (p > 0.5).sum()\n",
            "from torch import nn\n\n\ndef f(x, y):\n    criterion = nn.BCEWithLogitsLoss()\n    p = x.sigmoid()\n"
            "    loss = criterion(x, y)\n    return loss + 0 * (p > 0.5).sum()\n",
            proof=_DEAD,
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _METHOD,
            _METHOD.replace("BCELoss", "BCEWithLogitsLoss").replace("scores.sigmoid()", "scores"),
            proof=_DEAD,
            ordinary=_ORDINARY,
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _SEQUENTIAL,
            _SEQUENTIAL.replace("nn.Sigmoid()", "nn.Identity()").replace("BCELoss", "BCEWithLogitsLoss"),
            proof=_DEAD_NET,
            level=Level.NOTE,
        ),
        Bad("torch", _SHOWN, proof=_DEAD_NET, level=Level.NOTE),
    ),
    good=(
        Good(
            "torch",
            "import torch\n\n\ndef f(x, y):\n    return torch.nn.BCEWithLogitsLoss()(x, y)\n",
            "The loss takes logits.",
        ),
        Good(
            "torch",
            "import torch.nn.functional as F\n\n\ndef f(p, y):\n    return F.binary_cross_entropy(p, y)\n",
            "Nothing is known of the probabilities.",
        ),
        Good(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n    with torch.no_grad():\n"
            "        return F.binary_cross_entropy(torch.sigmoid(x), y)\n",
            "No gradient is wanted, and the value is finite.",
        ),
        Good(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n"
            "    p = torch.softmax(x, dim=1)[:, 1]\n    return F.binary_cross_entropy(p, y)\n",
            "A column of a softmax has no with-logits form.",
        ),
        Good(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n"
            "    p = 0.5 * torch.sigmoid(x) + 0.25\n    return F.binary_cross_entropy(p, y)\n",
            "A probability that stays off 0 and 1.",
        ),
        Good(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n"
            "    return F.mse_loss(torch.sigmoid(x), y)\n",
            "Another loss.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            '''\
import torch.nn.functional as F


def f(model, x, y):
    """The model, from another file, ends in a sigmoid."""
    return F.binary_cross_entropy(model(x), y)
''',
            "The model is defined in another file.",
        ),
    ),
)
