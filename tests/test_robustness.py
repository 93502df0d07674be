"""No valid Python makes the linter raise: the standard library, installed packages, every form of syntax."""

from __future__ import annotations

import random
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from nanlint.api import lint_source
from nanlint.frameworks.model import Framework
from nanlint.interp import interpret
from nanlint.interp.attributes import BY_NAME
from nanlint.settings import Settings

EVERYTHING = Settings(strict=True)
LARGEST = 40_000
PARTS = 5
SAMPLE = 40
"""Files per part and tree; with both trees about 3 MB, twenty seconds."""

TREES = {"standard library": Path(sysconfig.get_path("stdlib")), "packages": Path(sysconfig.get_path("purelib"))}


def sampled(tree: str, part: int) -> Iterator[tuple[str, str]]:
    """(path, text) of files that the parser accepts, the same ones on every run."""
    root = TREES[tree]
    paths = sorted(path for path in root.rglob("*.py") if path.stat().st_size <= LARGEST)
    if tree == "standard library":
        paths = [path for path in paths if not {"site-packages", "test", "tests"} & set(path.parts)]
    random.Random(part).shuffle(paths)
    for path in paths[:SAMPLE]:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            cst.parse_module(text)
        except (SyntaxError, UnicodeDecodeError, cst.ParserSyntaxError):
            continue
        yield str(path.relative_to(root)), text


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("tree", TREES)
def test_installed_files_are_linted(tree: str, part: int) -> None:
    """Behind imports that make every file one that matters; `from __future__` has to stay in front."""
    count = 0
    for name, text in sampled(tree, part):
        code = text if "from __future__" in text else HEAD + text
        assert lint_source(code, name, EVERYTHING).problems == ()
        count += 1
    assert count > SAMPLE / 2


@pytest.mark.parametrize("part", range(PARTS))
def test_installed_files_are_interpreted_whole(part: int) -> None:
    """Without the screen, which leaves out what cannot matter to a rule."""
    for _, text in sampled("standard library", part):
        interpret(cst.parse_module(text))


HEAD = "import asyncio, functools, math\nimport torch, numpy as np\nfrom torch import nn\nx = torch.rand(3)\n"

SYNTAX = {
    "match": """
match torch.exp(x):
    case [a, b, *rest] if a > 0:
        torch.log(a)
    case {"key": value, **others}:
        torch.log(value)
    case Point(x=0, y=y) | Point(y, 3):
        torch.log(y)
    case -1 | 2.5 | 1 + 2j | "text" | None | True:
        pass
    case torch.pi as constant:
        torch.log(constant)
    case (1, 2) | [] | _:
        pass
""",
    "asynchronous": """
async def f(x):
    async with open(x) as a, b() as (c, d):
        async for item in a:
            yield await torch.log(item)
    return_ = [await y async for y in x if await z]
    await asyncio.gather(*[f(y) for y in x])
""",
    "decorators": """
@torch.no_grad()
@(lambda function: function)
@functools.wraps(x)
@registry["name"].register
def f(): return torch.log(x)

@dataclass(frozen=True)
class A(B, C[int], metaclass=M, **options): x: int = torch.log(x)
""",
    "calls": """
f(*a, *b, c, d=1, **e, **f)
f(x for x in y)
torch.log(*x)
torch.log(**x)
torch.log()
torch.log(x, x, x, x, nothing=1)
torch.log(input=x, out=x)
x.log()(y)[z](w).exp_().log_()
(lambda *a, b=1, **c: torch.log(a))(x)
print(*map(torch.log, [*x, *y]), sep="")
""",
    "parameters": """
def f(a, b=1, /, c=torch.log(x), *d: int, e, f=2, **g: str) -> "torch.Tensor": return f(*d, e=e, **g)
def g(*, a): return g(a=a)
def h(self, /): return self.h()
""",
    "targets": """
a, (b, *c), [d, e] = x
a.b.c = x[0] = x[1:2, ..., None] = *y, z = torch.log(x)
(a) = ((b)) = 1
x: int
y: "torch.Tensor" = torch.zeros(3)
a.b: int = 1
x[0] += y.z @ w
a @= b; a //= c; a %= d; a &= e; a |= f; a ^= g; a >>= h; a <<= i; a **= j
for a.b, x[0] in y: pass
with x as (a, *b), y as c[0]: pass
del a, x[0], (b, c), d.e
""",
    "expressions": """
[*a, *b]; {*a, *b}; {**a, 1: 2, **b}; (); (a,); [a for b in c for a in b if a if b]
{k: v for k, v in x}; {x for x in y}; ((yield_) for yield_ in x)
not a; ~b; +c; -d; a if b else c; a or b and c; a < b <= c != d is not e not in f
(y := torch.log(x)); [z := 1, z**2]; x[a := 0]
f"{x!r:>{width}} {torch.log(x)=} {{}}" "a" r"b" f"{x}"; rb"raw" b"bytes"
...; None; True; 1_000; 0xFF; 0b1; 0o7; 1e-400; 1e400; 1j; 10**400
a.b.c[d](e)[f:g:h, ::2, ...]; -1 ** 2; x[*y]
lambda: (yield); lambda a, /, b, *, c=1, **d: a
""",
    "statements": """
global x
assert x, "message"; assert torch.log(x)
raise; raise A; raise A from B
import a.b.c as d, e.f; from . import g; from ..h import (i as j, k,); from torch import *
while x: break
else: pass
for x in y: continue
else: torch.log(x)
try: torch.log(x)
except (A, B) as c: pass
except: pass
else: pass
finally: torch.exp(x)
if x: pass
elif y: pass
else: pass
return_ = 1
""",
    "exception groups": """
try: torch.log(x)
except* (A, B) as group: torch.log(group)
except* C: pass
""",
    "type parameters": """
type Vector[T: (int, str), *Ts, **P] = list[T]
def f[T: torch.Tensor](x: T, *y: *Ts) -> T: return torch.log(x)
class A[T](B[T]): x: T
""",
    "context managers": """
with (torch.no_grad() as a, b, c() as d,): torch.log(a)
with torch.autocast("cuda"), torch.no_grad(): x.log()
""",
    "self reference": """
class A(A): pass
class B(C): pass
class C(B): x = B.x
def f(g=lambda: f): return f(f)(g)
f(f)
x = [x]; x.append(x); x[0][0][0] = x; d = {}; d["d"] = d
a = lambda: a(); a()
self.self = self; self.self.self.x = torch.log(self)
""",
    "layers": """
class Net(nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        super(Net, self).__init__()
        self.net = self
        self.layers = nn.Sequential(self, *args, nn.Sequential(), Net(), OrderedDict([("a", nn.ReLU())]))
        self.list = nn.ModuleList(self.list)
    def forward(self, x): return self(self.layers(x)) + self.forward(x) + self.net.net.net(x)
Net()(Net()); Net(Net)(1, 2, 3); nn.Sequential(1, None, "x")(torch); nn.Linear()(nn.Linear); nn.Softmax()
torch.optim.SGD(); torch.optim.SGD(1, lr="x").step(1, 2); torch.tensor(); torch.where(); torch.max(x, y, z)
""",
    "odd constants": """
x = torch.clamp(torch.rand(3), float("nan"), float("-inf")); torch.log(x - x); torch.sqrt(torch.full((1,), 10**400))
1 / 0; 0 // 0; 1 % 0; 0**-1; (-1) ** 0.5; 2 ** 10000; 10.0 ** 400; "a" * 10**9; [0] * 10**9; 1 << 10**6; -1 << -1
x @ nn.Parameter(torch.randn(-1, 30)); nn.init.normal_(nn.Linear(-1, 3).weight); np.tanh(x @ np.random.randn(-4, -5))
nn.init.normal_(nn.Conv2d(-4, 4, (), groups=0).weight); nn.init.normal_(nn.ConvTranspose3d(4, 4, -3, stride=0).weight)
nn.init.uniform_(nn.Linear(3, 3).weight, -1e400, 1e400); torch.polygamma(10**400, x); torch.polygamma(-1, x)
math.log(0); math.sqrt(-1); math.exp(1e9); int("x"); float("x"); round(1e400); range(10**30); max(); min([])
range(0, 5, 0); "x" % torch; b"" + ""; len(5); sum(1); zip(1); enumerate(2); int(1e400); int(float("nan"))
""",
}


@pytest.mark.parametrize("form", SYNTAX)
def test_every_form_of_syntax_is_linted(form: str) -> None:
    report = lint_source(HEAD + SYNTAX[form], "forms.py", EVERYTHING)
    assert report.problems == ()


@pytest.mark.parametrize("form", SYNTAX)
def test_every_form_of_syntax_is_linted_inside_a_function(form: str) -> None:
    body = "".join(f"    {line}\n" if line else "\n" for line in SYNTAX[form].splitlines())
    assert lint_source(f"{HEAD}def outer(x, *y):\n{body}", "forms.py", EVERYTHING).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "torch.log(" + "-" * 300 + "x)",
        "torch.log(" + "(" * 90 + "x" + ")" * 90 + ")",
        "torch.log(" + " + ".join(["x"] * 600) + ")",
        "y = x" + ".view(-1)" * 300 + ".log()",
        "y = x" + "[0]" * 300,
        "".join(f"{'    ' * depth}if x > {depth}:\n" for depth in range(90)) + "    " * 90 + "torch.log(x)",
        "".join(f"{' ' * depth}def f{depth}(x):\n" for depth in range(90)) + " " * 90 + "return torch.log(x)",
        "".join(f"def f{i}(x): return f{i + 1}(x) + f{i + 1}(-x)\n" for i in range(40)) + "def f40(x): return x.log()",
        "".join(f"if c{i}: x = x + 1\nelse: x = x * 2\n" for i in range(200)) + "torch.log(x)",
        "".join(f"class C{i}(C{i - 1}): pass\n" for i in range(1, 300)) + "C299().forward(torch.log(x))",
        "y = [" + "1, " * 20_000 + "]\ntorch.tensor(y).log()",
    ],
    ids=[
        "minus signs", "parentheses", "sum", "method chain", "subscripts", "ifs", "functions in functions",
        "calls that double", "branches in a row", "inheritance", "long list",
    ],
)  # fmt: skip
def test_deep_and_wide_programs_are_linted(text: str) -> None:
    assert lint_source(f"{HEAD}{text}\n", "deep.py", EVERYTHING).problems == ()


ARGUMENTS = (
    "", "x", "x, x, x, x, x, x", "*x", "**x", "x, **x", "x, -1, -1, -1", "0, 0, 0, 0", "None, None", "(), [x, x], [-1]",
    "1e400, -1e400", "input=x, out=x",
)  # fmt: skip
"""Too few, too many, of the wrong kind, out of range."""
TOGETHER = 50  # spellings in one file, so that a file is no larger than ordinary ones


def calls(framework: Framework) -> Iterator[str]:
    """Every function, method, layer, distribution and optimizer of a table, called with each of the arguments."""
    for given in ARGUMENTS:
        yield from (f"{name}({given})" for name in framework.functions)
        yield from (f"x.{name}({given})" for name in framework.methods)
        yield from (f"x.{name}_({given})" for name in framework.methods if framework.in_place)
        yield from (f"{name}({given})({some})" for name in framework.layers for some in ("", "x", "x, x, x"))
        yield from (f"{name}({given}).log_prob({given})" for name in framework.distributions)
        yield from (f"{name}({given}).step({given})" for name in framework.optimizers)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_spelling_of_a_table_takes_odd_arguments(name: str) -> None:
    texts = list(calls(BY_NAME[name]))
    modules = sorted({text.partition("(")[0].rpartition(".")[0] for text in texts if not text.startswith("x.")})
    head = HEAD + "".join(f"import {module}\n" for module in modules)
    for start in range(0, len(texts), TOGETHER):
        body = "".join(f"    {text}\n" for text in texts[start : start + TOGETHER])
        assert lint_source(f"{head}def f(x):\n{body}", "calls.py", EVERYTHING).problems == (), body
