"""Keeps the walls where the design puts them, by reading the imports and calls of every module."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import nanlint

ROOT = Path(nanlint.__file__).parent
TESTS = Path(__file__).parent
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
IDS = [path.as_posix() for path in MODULES]

LAYERS = (
    ("domain",),
    ("findings", "selection"),
    ("settings",),
    ("plugins",),
    ("ops",),
    ("frameworks",),
    ("interp",),
    ("rule",),
    ("reasoning",),
    ("roster", "rules"),
)
"""From the ground up; each imports only itself and what is below it. All else in the package stands above."""

INNER = frozenset(name for layer in LAYERS for name in layer)
ANALYSED = {"torch", "numpy", "tensorflow", "keras", "jax", "optax", "flax", "scipy"}
SLOW = {"libcst.metadata", "libcst.matchers"}
OUTSIDE_WORLD = {
    "os", "io", "sys", "time", "datetime", "pathlib", "shutil", "tempfile", "subprocess", "socket", "random", "logging",
    "importlib.resources", "multiprocessing", "concurrent.futures",
}  # fmt: skip


def room(path: Path) -> str:
    """The name of a module's layer: its first folder, or its own name at the top."""
    return path.parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(module: ast.Module) -> Iterator[str]:
    """Dotted names of imported modules; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, roots: set[str]) -> bool:
    return any(name == root or name.startswith(root + ".") for root in roots)


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(tree(path))
    assert docstring and docstring.splitlines()[0].endswith((".", ":", "?"))


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) in INNER], ids=str)
def test_imports_point_down(path: Path) -> None:
    level = next(i for i, layer in enumerate(LAYERS) if room(path) in layer)
    allowed = {f"nanlint.{name}" for layer in LAYERS[: level + 1] for name in layer}
    own = {name for name in imports(tree(path)) if within(name, {"nanlint"})}
    assert {name for name in own if not within(name, allowed)} == set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Be it inside of functions; what only type checkers read does not count."""
    names = {dotted(path): path for path in MODULES}
    graph = {name: runtime_imports(path, names.keys()) - {name} for name, path in names.items()}
    before = None
    while graph != before:  # what imports nothing, or is imported by nothing, is in no circle
        before, imported = graph, set[str]().union(*graph.values())
        graph = {name: graph[name] & graph.keys() for name in graph if name in imported and graph[name] & graph.keys()}
    assert graph == {}


def dotted(path: Path) -> str:
    return ".".join(("nanlint", *path.with_suffix("").parts)).removesuffix(".__init__")


def runtime_imports(path: Path, names: Collection[str]) -> set[str]:
    """Those of `names` that the module asks something of: `from a import b` asks `a` unless `a.b` is a module."""
    module = tree(path)
    for node in ast.walk(module):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = [name for name in imports(module) if name in names]
    return {name for name, other in pairwise([*found, ""]) if not other.startswith(name + ".")}


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) not in {"cli", "__main__"}], ids=str)
def test_nothing_imports_the_command_line(path: Path) -> None:
    assert [name for name in imports(tree(path)) if within(name, {"nanlint.cli", "typer"})] == []


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_framework_and_no_slow_part_of_libcst_is_imported(path: Path) -> None:
    assert [name for name in imports(tree(path)) if within(name, ANALYSED | SLOW)] == []


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) in INNER], ids=str)
def test_analysis_does_not_touch_the_outside_world(path: Path) -> None:
    module = tree(path)
    assert [name for name in imports(module) if within(name, OUTSIDE_WORLD)] == []
    called = {
        node.func.id for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & {"print", "open", "input", "exec", "eval", "__import__"} == set()


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_error_is_swallowed(path: Path) -> None:
    """Whoever catches everything raises it again or shows where it came from."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and catches_everything(node):
            kept = [inner for inner in ast.walk(node) if isinstance(inner, ast.Raise)]
            assert kept or "traceback" in ast.unparse(node), f"line {node.lineno} swallows everything"


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = ast.walk(handler.type) if handler.type else [ast.Name("BaseException")]
    return any(isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"} for node in caught)


def rule_modules() -> list[Path]:
    return [path for path in MODULES if path.parts[0] == "rules" and path.name.startswith("nan")]


@pytest.mark.parametrize("path", rule_modules(), ids=lambda path: path.stem)
def test_rule_knows_operations_and_no_framework(path: Path) -> None:
    """Spellings belong to the tables: no dotted name of a framework decides what a rule reports."""
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            for text in strings_compared(function):
                assert not text.startswith(("torch.", "numpy.", "np.", "nn.")), (
                    f"line {function.lineno} asks for {text!r}"
                )


def strings_compared(function: ast.FunctionDef) -> Iterator[str]:
    """String constants that decide something: operands of comparisons, arguments of `startswith` and the like."""
    for node in ast.walk(function):
        deciding: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            deciding = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            deciding = node.args if node.func.attr in {"startswith", "endswith", "get"} else []
        for expression in deciding:
            for leaf in ast.walk(expression):
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                    yield leaf.value


def test_tests_that_run_a_framework_are_those_that_ci_leaves_out_without_one() -> None:
    left_out = re.search(
        r"FRAMEWORK_TESTS=\((.*?)\)", (TESTS.parent / ".ci" / "run").read_text(encoding="utf-8"), re.DOTALL
    )
    assert left_out is not None
    needing: set[Path] = set()
    paths = {
        path: path.relative_to(TESTS.parent).as_posix() for path in TESTS.rglob("*.py") if "examples" not in path.parts
    }
    modules = {path: set(imports(ast.parse(path.read_text(encoding="utf-8")))) for path in paths}
    for _ in range(3):  # helpers of helpers
        names = {paths[path].removesuffix(".py").replace("/", ".") for path in needing}
        needing = {
            path for path, imported in modules.items() if any(within(name, ANALYSED | names) for name in imported)
        }
    tests = {paths[path] for path in needing if path.name.startswith("test_")}
    assert {path for path in tests if not path.startswith(tuple(left_out.group(1).split()))} == set()


def test_the_room_of_rules_holds_rules_and_what_finds_them() -> None:
    files = {path.name for path in (ROOT / "rules").glob("*.py")} - {"__init__.py", "registry.py", "selecting.py"}
    assert {name for name in files if not re.fullmatch(r"nan\d{3}_\w+\.py", name)} == set()
