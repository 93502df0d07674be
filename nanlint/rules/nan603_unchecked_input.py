"""Numbers read from a file that reach a loss with no test for NaN anywhere in the script."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.apis import LOSSES
from nanlint.interp.trace import Event, Trace
from nanlint.interp.values import WITHOUT_GRADIENTS
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.spelling import spell
from nanlint.rule import Bad, Clue, Draft, Good, Insert, Limits, Miss, Rewrite, Rule

TESTS = (Op.IS_NAN, Op.IS_INF, Op.IS_FINITE, Op.NAN_TO_NUM)
TELLING = ("nan", "finite", "impute", "clean", "missing")
"""Parts of a function's name that say it looks for missing numbers."""
MAX_STEPS = 5000


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    reads = [event for event in trace.of(Op.READ) if _table(event)]
    if not reads or _tested(trace):
        return
    lossy = _ancestors(value for event in trace.of(*LOSSES, Op.BACKWARD) for value in event.operands)
    arrays = _ancestors(event.x for event in trace.of(Op.TENSOR) if event.operands)
    for event in reads:
        if id(event.operation) in lossy:
            text = "text" in event.options
            yield _draft(event, Level.NOTE if text else Level.STRICT, trace)
        elif id(event.operation) in arrays:
            yield _draft(event, Level.STRICT, trace)


def _table(event: Event) -> bool:
    """Numbers that may be missing: no pixels, no whole numbers, no saved weights."""
    return (
        event.framework in WITHOUT_GRADIENTS
        and event.result.dtype is not Dtype.INTEGER
        and not event.result.range.bounded
    )


def _tested(trace: Trace) -> bool:
    """Somewhere something is tested for NaN, or repaired, or a function says that it does so."""
    if any(True for _ in trace.of(*TESTS)):
        return True
    return any(any(part in event.site.spelling.lower() for part in TELLING) for event in trace.of(Op.OPAQUE))


def _ancestors(values: Iterator[Value]) -> set[int]:
    """The operations from which the values were made."""
    pending = [value.made_by for value in values]
    seen: set[int] = set()
    while pending and len(seen) < MAX_STEPS:
        made_by = pending.pop()
        if id(made_by) not in seen:
            seen.add(id(made_by))
            pending.extend(operand.made_by for operand in made_by.operands)
    return seen


def _draft(event: Event, level: Level, trace: Trace) -> Draft:
    tensors = (made for made in trace.of(Op.TENSOR) if id(event.operation) in _ancestors(iter(made.operands)))
    return Draft(
        event=event,
        level=level,
        message=f"numbers from `{describe(event)}` reach the training, and nothing in the file tests them for NaN",
        remedy="Assert after reading that every number is finite, or drop or fill what is missing.",
        evidence=(
            Clue(event.node, "a missing number in the file is NaN here", event.result),
            *(Clue(made.node, "and in the tensor", made.result) for made in islice(tensors, 1)),
        ),
        rewrite=_assertion(event),
    )


def _assertion(event: Event) -> Rewrite | None:
    """A test behind the statement that names what was read."""
    match event.site.statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]
        ):
            pass
        case _:
            return None
    finite = spell(event, Op.IS_FINITE, {"x": name})
    if value is not event.node or finite is None:
        return None
    text = f'assert {finite.text}.all(), "{name} has missing or infinite numbers"'
    edit = Insert(event.site.statement, text, after=True)
    return Rewrite("Assert that the data is finite", Applicability.UNSAFE, (edit,), finite.imports)


_HEAD = "import numpy as np\nimport torch\nimport torch.nn.functional as F\n\n\n"
_FIT = """\
    x, y = torch.tensor(data[:, :1]).float(), torch.tensor(data[:, 1:]).float()
    model = torch.nn.Linear(1, 1)
    loss = F.mse_loss(model(x), y)
    loss.backward()
    return loss
"""


def _script(read: str, fit: str = _FIT, head: str = _HEAD) -> str:
    return f"{head}def f(lines):\n{read}{fit}"


_ASSERT = '    assert np.isfinite(data).all(), "data has missing or infinite numbers"\n'
_UNNOTICED = "not raises(AssertionError, lambda: f({}))"
_TEXT = "    data = np.loadtxt(lines)\n"
_GENERAL = "    data = np.genfromtxt(lines, delimiter=',')\n"
_BINARY = "    data = np.frombuffer(lines)\n"
_PAIRS = "    data = data.reshape(-1, 2)\n"
_LOADER = """\
    rows = torch.utils.data.TensorDataset(torch.tensor(data[:, :1]).float(), torch.tensor(data[:, 1:]).float())
    model = torch.nn.Linear(1, 1)
    for x, y in torch.utils.data.DataLoader(rows):
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
    return loss
"""

RULE = Rule(
    code="NAN603",
    name="unchecked-input",
    summary="Data from a file reaches the training without a test for NaN.",
    why=(
        "An empty field of a table is NaN, and one NaN in a batch makes the loss, then every gradient and weight NaN."
        " An assertion behind the reader names the file instead of a dead model hours later. Tables and text that the"
        " script itself turns into the tensors of a loss are a note; binary arrays, and data whose loss is elsewhere,"
        " are shown in strict mode."
    ),
    check=check,
    specific=10,
    optional=True,
    remedy="Assert after reading that every number is finite, or drop or fill what is missing.",
    fix=Applicability.UNSAFE,
    fix_note="A script that ran on incomplete data now stops with a message.",
    bad=(
        Bad(
            "torch",
            _script(_TEXT),
            _script(_TEXT + _ASSERT),
            proof=_UNNOTICED.format("['1 2', 'nan 3']"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _script(_GENERAL),
            _script(_GENERAL + _ASSERT),
            proof=_UNNOTICED.format("['1,2', ',3']"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _script(_GENERAL, _LOADER),
            _script(_GENERAL + _ASSERT, _LOADER),
            proof=_UNNOTICED.format("['1,2', ',3']"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _script(_BINARY + _PAIRS),
            _script(_BINARY + _ASSERT + _PAIRS),
            proof=_UNNOTICED.format("np.array([1, nan]).tobytes()"),
            level=Level.STRICT,
        ),
    ),
    good=(
        Good(
            "torch",
            _script(_GENERAL + "    data = data[~np.isnan(data).any(axis=1)]\n"),
            "Incomplete rows are left out.",
        ),
        Good("torch", _script(_GENERAL + "    data = np.nan_to_num(data)\n"), "What is missing becomes 0."),
        Good("torch", _script(_TEXT + "    assert torch.isfinite(torch.tensor(data)).all()\n"), "Asserted."),
        Good(
            "torch",
            _script(
                "    import pandas as pd\n    data = pd.read_csv(lines).dropna().to_numpy()\n",
            ),
            "Incomplete rows are dropped.",
        ),
        Good(
            "torch",
            _script("    import pandas as pd\n    data = pd.read_csv(lines).fillna(0.0).values\n"),
            "What is missing becomes 0.",
        ),
        Good(
            "torch",
            "import torch\n\n\ndef f(path):\n    model = torch.nn.Linear(1, 1)\n"
            "    model.load_state_dict(torch.load(path))\n    return model(torch.ones(1, 1)).sum()\n",
            "Saved weights, no data.",
        ),
        Good(
            "torch",
            _script("    data = np.loadtxt(lines, dtype=int)\n"),
            "A missing whole number cannot be read.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            "import torch\nimport torch.nn.functional as F\n\n\ndef f(path):\n    with open(path) as lines:\n"
            "        data = torch.tensor([float(line) for line in lines])\n    return F.mse_loss(data, data * 2)\n",
            "`open` gives text; that its lines are numbers shows only later.",
        ),
    ),
)
