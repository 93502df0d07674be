"""The proof of every rule: its bad form breaks on the real framework, its repaired form does not.

How an example is run and what counts as non-finite is said in `tests/execution/harness.py`. In a process where Keras
runs on JAX, these are Keras's examples that need no TensorFlow; `test_keras_on_jax.py` starts one.
"""

from __future__ import annotations

import re

import pytest

from nanlint.rule import Bad, Good
from tests.execution.harness import KERAS_ON_JAX, defines, holds, run
from tests.rules.examples import BAD, GOOD, alone

TENSORFLOW = re.compile(r"\b(tensorflow|tf)\b")


def executed(example: Bad | Good) -> bool:
    if not KERAS_ON_JAX:
        return True
    arguments = (example.hostile, example.ordinary, example.proof) if isinstance(example, Bad) else ()
    return example.framework == "keras" and not any(TENSORFLOW.search(text) for text in (example.code, *arguments))


BREAKING = [pair for pair in BAD if executed(pair[1])]
SILENT = [pair for pair in GOOD if executed(pair[1])]


@pytest.mark.parametrize("bad", alone(pair for pair in BREAKING if pair[1].hostile))
def test_bad_form_is_not_finite(bad: Bad) -> None:
    assert not run(bad.code, bad.hostile, bad.framework).finite


@pytest.mark.parametrize("bad", alone(pair for pair in BREAKING if pair[1].hostile and pair[1].fixed))
def test_repaired_form_is_finite(bad: Bad) -> None:
    outcome = run(bad.fixed or "", bad.hostile, bad.framework)
    assert outcome.values, "f returns nothing that could be checked"
    assert outcome.finite, outcome


@pytest.mark.parametrize("bad", alone(pair for pair in BREAKING if pair[1].proof))
def test_bad_form_fails_as_the_proof_says(bad: Bad) -> None:
    assert holds(bad.code, bad.proof, bad.framework)


@pytest.mark.parametrize("bad", alone(pair for pair in BREAKING if pair[1].proof and pair[1].fixed))
def test_repaired_form_refutes_the_proof(bad: Bad) -> None:
    assert not holds(bad.fixed or "", bad.proof, bad.framework)


@pytest.mark.parametrize("bad", alone(pair for pair in BREAKING if pair[1].ordinary and pair[1].fixed))
def test_both_forms_agree_on_ordinary_arguments(bad: Bad) -> None:
    before, after = (run(code, bad.ordinary, bad.framework) for code in (bad.code, bad.fixed or ""))
    assert before.values and before.finite, before
    assert before.agrees(after, bad.tolerance), f"{before}\n{after}"


@pytest.mark.parametrize("example", alone(SILENT))
def test_good_code_can_be_defined(example: Good) -> None:
    assert defines(example.code, example.framework)
