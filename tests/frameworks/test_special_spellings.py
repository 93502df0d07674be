"""Templates beside `spellings`: without an axis, in double precision, for counts; and what the tables say of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload
from nanlint.frameworks.model import Framework
from nanlint.frameworks.registry import FRAMEWORKS, function
from tests.frameworks.signatures import resolve
from tests.frameworks.test_spellings import BRACKETED, X, namespace, render, softmax

WHOLE: dict[Op, Callable[[], object]] = {
    Op.SOFTMAX: lambda: softmax(X),  # of two axes the last is chosen
    Op.LOG_SOFTMAX: lambda: np.log(softmax(X)),
    Op.LOGSUMEXP: lambda: np.log(np.exp(X).sum()),
}
WITHOUT_AXIS = [
    pytest.param(table, op, template, id=f"{table.name}-{op.value}")
    for table in FRAMEWORKS
    for op, template in table.without_axis.items()
]
COUNTS = [
    pytest.param(table, whole, template, id=f"{table.name}-{'all' if whole else 'axis'}")
    for table in FRAMEWORKS
    for whole, template in table.log_counts.items()
]
EXACT = [
    pytest.param(table, op, template, id=f"{table.name}-{op.value}")
    for table in FRAMEWORKS
    for op, template in table.exact_spellings.items()
]
FORMER = [(dotted, old) for table in FRAMEWORKS for dotted, old in table.former.items()]


def operations(entry: Call | Overload) -> set[Op]:
    return {entry.op} if isinstance(entry, Call) else {entry.binary.op, entry.otherwise.op}


def tables(names: str) -> list[Framework]:
    return [table for table in FRAMEWORKS if table.name in names.split()]


@pytest.mark.filterwarnings("ignore:Implicit dimension choice")
@pytest.mark.parametrize(("framework", "op", "template"), WITHOUT_AXIS)
def test_a_template_without_an_axis_computes_its_operation(framework: Framework, op: Op, template: str) -> None:
    result = np.asarray(eval(render(template, {"x": "x"}), namespace(framework)))
    np.testing.assert_allclose(result, np.asarray(WHOLE[op]()), rtol=1e-6)


@pytest.mark.parametrize(("framework", "whole", "template"), COUNTS)
def test_a_template_counts_elements(framework: Framework, whole: bool, template: str) -> None:
    result = eval(render(template, {"x": "x", "axis": "0"}), namespace(framework))
    assert float(result) == pytest.approx(math.log(X.size if whole else X.shape[0]), rel=1e-6)


@pytest.mark.parametrize(("framework", "op", "template"), EXACT)
def test_an_exact_template_keeps_the_digits_that_the_other_loses(framework: Framework, op: Op, template: str) -> None:
    assert op is Op.SOFTPLUS
    at_twenty = namespace(framework)
    at_twenty["x"] = at_twenty["x"] * 0.0 + 20.5  # type: ignore[operator]
    exact, usual = (
        np.asarray(eval(render(text, {"x": "x"}), at_twenty)) for text in (template, framework.spellings[op])
    )
    np.testing.assert_allclose(exact, np.logaddexp(0.0, 20.5), rtol=1e-15)
    assert (np.abs(usual - np.logaddexp(0.0, 20.5)) > 1e-10).all()


@pytest.mark.parametrize(("dotted", "old"), FORMER)
def test_a_former_name_is_still_there_and_means_the_same(dotted: str, old: str) -> None:
    assert callable(resolve(f"tensorflow.{old}"))
    now, then = function(dotted), function(old)
    assert now is not None and then is not None
    assert operations(now[1]) & operations(then[1]) or Op.OPAQUE in operations(then[1])


@pytest.mark.parametrize("framework", tables("tensorflow torch numpy jax keras"), ids=lambda table: table.name)
def test_templates_take_two_shapes_unless_the_table_says_otherwise(framework: Framework) -> None:
    scope = namespace(framework)
    scope["y"] = scope["y"][0]  # type: ignore[index]
    code = render(framework.spellings[Op.LOGADDEXP], {"x": "x", "y": "y"})
    if Op.LOGADDEXP in framework.same_shapes:
        with pytest.raises(Exception, match=r"[Ss]hape"):
            eval(code, scope)
    else:
        assert np.asarray(eval(code, scope)).shape == X.shape


@pytest.mark.parametrize("framework", tables("tensorflow torch jax"), ids=lambda table: table.name)
def test_templates_count_axes_from_the_last_unless_the_table_says_otherwise(framework: Framework) -> None:
    scope, code = namespace(framework), render(framework.spellings[Op.LOGCUMSUMEXP], {"x": "x", "axis": "-1"})
    if Op.LOGCUMSUMEXP in framework.first_axes:
        with pytest.raises(ValueError, match="axes"):
            eval(code, scope)
    else:
        assert np.asarray(eval(code, scope)).shape == X.shape


@pytest.mark.parametrize("framework", [table for table in FRAMEWORKS if table.log_counts], ids=lambda table: table.name)
def test_templates_name_functions_that_the_tables_know(framework: Framework) -> None:
    templates = (*framework.log_counts.values(), *framework.without_axis.values(), *framework.exact_spellings.values())
    assert all(function(name) is not None for template in templates for name in BRACKETED.findall(template))
