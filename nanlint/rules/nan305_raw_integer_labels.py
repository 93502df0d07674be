"""Labels cast from raw numbers that reach a class-index loss with nothing that bounds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from nanlint.domain.dtypes import Dtype
from nanlint.domain.value import Value
from nanlint.domain.vocabulary import Op
from nanlint.findings import Applicability, Level
from nanlint.interp.objects import Elements
from nanlint.interp.trace import Event, Trace
from nanlint.reasoning.context import words
from nanlint.reasoning.evidence import describe
from nanlint.reasoning.guarding import quoted
from nanlint.reasoning.origins import SAME_ELEMENTS, alternatives, sources
from nanlint.reasoning.ownership import denoted
from nanlint.reasoning.protocol import last_word
from nanlint.reasoning.spelling import spell_label_check
from nanlint.reasoning.texts import code
from nanlint.rule import Bad, Clue, Draft, Good, Insert, Limits, Miss, Rewrite, Rule

HANDED_ON = SAME_ELEMENTS | {Op.JOIN, Op.TENSOR, Op.ATTRIBUTE}
BOUNDING = frozenset(
    {Op.REMAINDER, Op.CLAMP, Op.MINIMUM, Op.MAXIMUM, Op.ARGMAX, Op.RANDOM_INTEGER, Op.SAMPLE, Op.ONE_HOT, Op.SIGN,
     Op.WHERE, Op.CONTAINS, Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.EQUAL, Op.NOT_EQUAL,
     Op.LOGICAL_AND, Op.LOGICAL_OR, Op.LOGICAL_NOT, Op.ARANGE, Op.LENGTH, Op.UNIFORM, Op.NORMAL, Op.FULL,
     Op.ENCODE}
)  # fmt: skip
TESTS = frozenset({Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.CONTAINS, Op.REDUCE_MAX, Op.REDUCE_MIN})
ENCODERS = frozenset(
    {"encoder", "encode", "encoded", "transform", "factorize", "unique", "codes", "index", "idx", "indices", "digitize",
     "searchsorted", "cut", "qcut", "bincount", "map", "mapping", "lookup", "vocab", "get", "argmax", "argmin", "where",
     "randint", "clip", "clamp", "isin", "randperm", "choice", "permutation"}
)  # fmt: skip
"""Words in the name of a call that gives numbers which are classes by construction, or tests for them."""
READERS = frozenset(
    {"open", "reader", "DictReader", "read", "readline", "readlines", "read_csv", "read_table", "read_excel",
     "read_json", "read_parquet", "read_hdf", "read_sql", "read_feather", "load", "loads", "loadtxt", "genfromtxt",
     "fromfile", "loadmat", "imread", "read_text", "File"}
)  # fmt: skip
"""Last words of calls that read a file, for libraries of which nanlint has no table."""
STORES = frozenset({"load", "loads", "loadmat", "fromfile", "File", "read_hdf", "read_parquet", "read_feather"})
"""Of these, those that read what a program has stored, and so arranged for what comes after it."""
WRITERS = frozenset({"writerow", "writerows", "to_csv", "savetxt"})
LOSSES = (Op.CROSS_ENTROPY, Op.PROBABILITY_CROSS_ENTROPY, Op.NLL_LOSS)
COUNTED_FROM_ZERO = re.compile(r"mnist|cifar|modelnet|shapenet|speech_?commands|20_?news|fer_?2013")
"""Names of published datasets whose classes are numbered from 0."""
MAX_VISITED = 80  # values looked at on the way back from a label


def check(trace: Trace, limits: Limits) -> Iterator[Draft]:
    labels: dict[int, _Label] = {}
    for loss in trace.of(*LOSSES):
        for cast in _unchecked_casts(loss.y, trace) if _takes_indices(loss) else ():
            origin = _origin(cast.x, cast, trace)
            if origin is not None:
                labels.setdefault(id(cast.node), _Label(cast, origin)).losses.append(loss)
    if not labels:
        labels = {id(label.cast.node): label for label in _of_datasets(trace)}
    for label in labels.values():
        for run in trace.of(label.cast.op):
            if run.node is label.cast.node:  # also the runs whose result reaches no loss in this file
                yield _draft(run, label, trace)


@dataclass(frozen=True, slots=True)
class _Origin:
    """What is known of the source of raw numbers; `reading` is the call that reads them from a file."""

    reading: Event | None


@dataclass(frozen=True, slots=True)
class _Label:
    """A cast, where its numbers come from, and the losses that its result reaches."""

    cast: Event
    origin: _Origin
    losses: list[Event] = field(default_factory=list)


def _takes_indices(loss: Event) -> bool:
    sparse = loss.options.get("sparse")
    return len(loss.operands) > 1 and (sparse is None or sparse.constant is True)


def _unchecked_casts(label: Value, trace: Trace) -> Iterator[Event]:
    """The casts to integers that the label comes from, if nothing on the way bounds or tests it.

    Of `graph.int()`, whose attribute the label is, the numbers are not the label's.
    """
    pending = [label]
    seen: set[int] = set()
    while pending and len(seen) < MAX_VISITED:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        if value.range.hi < float("inf") or _tested(value, trace):
            continue
        event = trace.origin(value)
        operands = _parts(value)
        if event is not None and _casts(value):
            yield event
        elif value.op in HANDED_ON or (value.op is Op.CONSTANT and operands):
            handed = operands[:1] if value.op in SAME_ELEMENTS else operands
            pending.extend(x for x in handed if value.op is not Op.ATTRIBUTE or not _recast(x))


def _casts(value: Value) -> bool:
    """Integers are made of something that is not known to be integers."""
    made = value.op in (Op.CAST, Op.TENSOR) and value.dtype is Dtype.INTEGER and bool(value.made_by.operands)
    return made and not value.made_by.x.dtype.integer and value.made_by.x.dtype is not Dtype.BOOLEAN


def _recast(value: Value) -> bool:
    """It is cast, copied from what is, or a part of that."""
    return any(_casts(source) for source in sources(value, frozenset()))


def _parts(value: Value) -> Sequence[Value]:
    return value.payload.items if isinstance(value.payload, Elements) else value.made_by.operands


def _tested(value: Value, trace: Trace) -> bool:
    """Something looks at the range of the value, or finds the classes in it.

    `labels == -1` is such a test, `predictions == labels` is none.
    """
    return any(
        use.op in TESTS
        or (use.op in (Op.EQUAL, Op.NOT_EQUAL) and any(operand.kind.scalar for operand in use.operands))
        or bool(words(use.site.spelling) & ENCODERS)
        for use in trace.uses(value)
    )


def _of_datasets(trace: Trace) -> Iterator[_Label]:
    """Casts that a dataset of the file hands out, where the losses get labels from a loader that nobody makes here."""
    losses = [
        loss for loss in trace.of(*LOSSES) if _takes_indices(loss) and _given(loss.y) and not _tested(loss.y, trace)
    ]
    for cast in trace.of(Op.CAST) if losses else ():
        if _handed_out(cast, trace) and _origin(cast.x, cast, trace) is not None:
            yield _Label(cast, _Origin(None), losses)


def _handed_out(cast: Event, trace: Trace) -> bool:
    """A dataset makes an unbounded integer of a part of its row, and computes nothing with it."""
    made = cast.site.frame.name.endswith("__getitem__") and cast.x.op is Op.SELECT
    unbounded = cast.result.dtype is Dtype.INTEGER and cast.result.range.hi == float("inf")
    return made and unbounded and not trace.uses(cast.result)


def _given(label: Value) -> bool:
    """It comes out of a parameter."""
    while label.op in HANDED_ON and label.made_by.operands:
        label = label.made_by.x
    return label.op is Op.ARGUMENT


# where the numbers come from


def _origin(raw: Value, cast: Event, trace: Trace) -> _Origin | None:
    """None where the numbers are classes by construction: encoded, drawn, computed, or of a published dataset."""
    if words(code(cast.node).replace("(", ".").replace("[", ".")) & ENCODERS:
        return None
    reading: Event | None = None
    pending = [raw]
    seen: set[int] = set()
    while pending and len(seen) < MAX_VISITED:
        value = pending.pop()
        if id(value.made_by) in seen:
            continue
        seen.add(id(value.made_by))
        event = trace.origin(value)
        if value.op in BOUNDING or value.range.hi < float("inf") or _tested(value, trace):
            return None
        if event is not None:
            if _published(event) or words(event.site.spelling) & ENCODERS:
                return None
            if event.op is Op.READ or last_word(event) in READERS:
                reading = reading or event  # the nearest: the file that `np.load` is handed was opened by `open`
        parts = _parts(value)
        pending.extend(parts[:1] if value.op in (Op.SELECT, Op.ITERATE) else parts)
    return _Origin(reading)


def _published(event: Event) -> bool:
    """A dataset that comes with its library, or is generated: `torchvision.datasets.MNIST`, `load_iris`.

    Or a file of one by its name: `mnist/mnist_train.amat`.
    """
    arguments = event.node.args[:1] if isinstance(event.node, cst.Call) else ()
    files = [denoted(argument.value, event.site) for argument in arguments]
    names = [part.constant for file in files if file is not None for part in alternatives(file)]
    if any(isinstance(name, str) and COUNTED_FROM_ZERO.search(name.lower()) for name in names):
        return True
    return "datasets" in event.site.spelling.split(".") or last_word(event).startswith(("load_", "fetch_", "make_"))


# the finding and its fix


def _level(origin: _Origin, trace: Trace) -> Level:
    """A table that somebody else wrote may number its classes otherwise; what this file writes it knows."""
    if origin.reading is None or last_word(origin.reading) in STORES:
        return Level.NOTE
    writes = any(last_word(event) in WRITERS for event in trace.of(Op.OPAQUE))
    return Level.NOTE if writes else Level.WARNING


def _draft(cast: Event, label: _Label, trace: Trace) -> Draft:
    loss, origin = label.losses[0], label.origin
    evidence = [Clue(cast.node, "casts raw numbers to class indices", cast.result), Clue(loss.node, "takes them")]
    source = "unknown data"
    if origin.reading is not None:
        source = "a file"
        evidence.insert(0, Clue(origin.reading.node, "reads the numbers"))
    return Draft(
        event=cast,
        level=_level(origin, trace),
        message=f"labels from {source}, cast by {quoted(cast.node)}, reach {describe(loss)} with their range unchecked",
        remedy="Encode the labels, or assert that they lie in [0, number of classes).",
        evidence=tuple(evidence),
        rewrite=_rewrite(label.losses),
    )


def _rewrite(losses: Sequence[Event]) -> Rewrite | None:
    found = {id(loss.node): each for loss in losses if (each := _assertion(loss)) is not None}
    if not found:
        return None
    edits = tuple(edit for edit, _ in found.values())
    imports = tuple(dict.fromkeys(needed for _, imports in found.values() for needed in imports))
    return Rewrite("Assert the range of the labels", Applicability.UNSAFE, edits, imports)


def _assertion(loss: Event) -> tuple[Insert, tuple[str, ...]] | None:
    """A line before the loss, if scores and labels have names and no label is meant to be ignored."""
    if not isinstance(loss.site.statement, cst.SimpleStatementLine) or len(loss.site.operands) < 2:
        return None
    scores, labels = loss.site.operands[:2]
    named = isinstance(scores, (cst.Name, cst.Attribute)) and isinstance(labels, (cst.Name, cst.Attribute))
    if scores is None or labels is None or not named or "ignore_index" in loss.site.options:
        return None
    spelled = spell_label_check(loss, {"labels": code(labels), "scores": code(scores)})
    return None if spelled is None else (Insert(loss.site.statement, spelled.text), spelled.imports)


_ASSERTION = 'assert 0 <= {0}.min() and {0}.max() < {1}.shape[1], "class index out of range"'


def _guarded(text: str, before: str, labels: str, scores: str) -> str:
    line = next(line for line in text.splitlines(keepends=True) if line.strip().startswith(before))
    indentation = re.match(" *", line)
    return text.replace(line, f"{indentation[0] if indentation else ''}{_ASSERTION.format(labels, scores)}\n{line}")


_ROWS = """\
import torch
import torch.nn.functional as F


def f(scores, rows):
    labels = torch.tensor([int(row[-1]) for row in rows])
    return F.cross_entropy(scores, labels)
"""
_CSV = """\
import csv

import torch
from torch import nn


def f(scores, text):
    labels = []
    for row in csv.reader(text.splitlines()):
        labels.append(int(row[0]))
    target = torch.tensor(labels)
    criterion = nn.CrossEntropyLoss()
    loss = criterion(scores, target)
    return loss
"""
_TABLE = """\
import numpy as np
import torch
import torch.nn.functional as F


def f(scores, lines):
    table = np.loadtxt(lines)
    y = torch.from_numpy(table.astype(np.int64))
    return F.nll_loss(scores, y)
"""
_LONG = """\
import torch.nn.functional as F


def f(scores, y):
    target = y.long()
    loss = F.cross_entropy(scores, target)
    return loss
"""
_DATASET = """\
import csv

import torch
from torch.utils.data import DataLoader, Dataset


class Rows(Dataset):
    def __init__(self, text):
        self.rows = list(csv.reader(text.splitlines()))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        row = self.rows[i]
        return torch.tensor([float(v) for v in row[1:]]), int(row[0])


def f(text):
    criterion = torch.nn.CrossEntropyLoss()
    total = 0.0
    for x, y in DataLoader(Rows(text), batch_size=1):
        total += criterion(x, y)
    return total
"""
_LOADER = """\
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class Rows(Dataset):
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        label = int(self.rows[i][-1])
        return torch.tensor([float(self.rows[i][0])]), label


def f(loader):
    net = torch.nn.Linear(1, 3)
    for x, y in loader:
        scores = net(x)
        loss = F.cross_entropy(scores, y)
        accuracy = (scores.argmax(1) == y).float().mean()
    return loss + 0 * accuracy
"""


def _unasserted(arguments: str) -> str:
    """No assertion stops a label of -100, which the loss ignores: the mean of nothing is NaN."""
    return f"not raises(AssertionError, lambda: f({arguments}))"


RULE = Rule(
    code="NAN305",
    name="raw-integer-labels",
    summary="Numbers from outside are cast to integers and used as class indices, and nothing bounds them.",
    why=(
        "A class index must lie in [0, C). What a stray label does depends on the framework and the device: PyTorch"
        " raises on the CPU and aborts on a GPU; -100 is ignored in silence, and a batch of nothing else has a loss of"
        " NaN; TensorFlow on a GPU gives NaN rows. Files hold labels that start at 1, -1 for missing, or codes."
        " Known datasets, encoders, comparisons, modulo, clipping and tests of the range keep the rule silent."
    ),
    check=check,
    ceiling=Level.NOTE,
    specific=20,
    remedy="Encode labels by their position in a list of classes, or assert their range where they enter.",
    fix=Applicability.UNSAFE,
    fix_note="Inserts an assertion before the loss: a run that met a stray label now stops, and says why.",
    bad=(
        Bad(
            "torch",
            _ROWS,
            _guarded(_ROWS, "return F", "labels", "scores"),
            proof=_unasserted("torch.zeros(1, 3), [['0.5', '-100']]"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _CSV,
            _guarded(_CSV, "loss = ", "target", "scores"),
            proof=_unasserted("torch.zeros(1, 3), '-100,0.5'"),
            level=Level.NOTE,
        ),
        Bad(
            "numpy",
            _TABLE,
            _guarded(_TABLE, "return F", "y", "scores"),
            proof=_unasserted("torch.zeros(2, 3), ['-100', '-100']"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _LONG,
            _guarded(_LONG, "loss = ", "target", "scores"),
            proof=_unasserted("torch.zeros(1, 3), torch.tensor([-100.0])"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _DATASET,
            _guarded(_DATASET, "total += ", "y", "x"),
            proof=_unasserted("'-100,0.5,0.1'"),
            level=Level.NOTE,
        ),
        Bad(
            "torch",
            _LOADER,
            _guarded(_LOADER, "loss = ", "y", "scores"),
            proof=_unasserted("DataLoader(Rows([['1.5', '-100']]), batch_size=1)"),
            level=Level.NOTE,
        ),
    ),
    good=(
        Good("torch", _ROWS.replace("int(row[-1])", "int(row[-1]) % 3"), "a remainder lies in [0, 3)"),
        Good(
            "torch",
            _ROWS.replace("int(row[-1])", "min(max(int(row[-1]), 0), 2)"),
            "Clipped to the classes that there are.",
        ),
        Good(
            "torch",
            _CSV.replace(
                "    criterion", '    if target.max() >= 3:\n        raise ValueError("label")\n    criterion'
            ),
            "The largest label is tested.",
        ),
        Good("torch", _LONG.replace("y.long()", "(y > 0.5).long()"), "A comparison gives 0 or 1."),
        Good("torch", _LONG.replace("y.long()", "y.argmax(1).long()"), "The position of the largest is a class."),
        Good("torch", _LONG.replace("y.long()", "y"), "Nothing is cast, so nothing is known of the labels."),
        Good(
            "torch",
            _LONG.replace("y.long()", 'y.int().to("cpu").ndata["label"]'),
            "What is cast are the ids of a graph.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader


def f(net):
    from torchvision import datasets, transforms

    images = datasets.MNIST("data", transform=transforms.ToTensor())
    for x, y in DataLoader(images, batch_size=8):
        F.cross_entropy(net(x), y.long())
""",
            "The labels of a published dataset are its classes.",
        ),
        Good(
            "numpy",
            """\
import numpy as np
import torch
import torch.nn.functional as F


def f(scores, path):
    from sklearn.preprocessing import LabelEncoder

    names = np.loadtxt(path, dtype=str)
    y = torch.tensor(LabelEncoder().fit_transform(names).astype(int))
    return F.cross_entropy(scores, y)
""",
            "An encoder numbers the classes from 0.",
        ),
        Good(
            "torch",
            """\
import torch
import torch.nn.functional as F


def f(scores):
    y = torch.randint(0, 10, (len(scores),)).float().long()
    return F.cross_entropy(scores, y)
""",
            "Drawn from the classes.",
        ),
    ),
    missed=(
        Miss(
            "torch",
            """\
import torch.nn.functional as F


def f(scores, batch):
    return F.cross_entropy(scores, batch["label"])
""",
            "The cast happens in another file.",
        ),
    ),
)
