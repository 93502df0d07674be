"""The harness itself: what it calls finite, what it differentiates, what it calls equal."""

from __future__ import annotations

import pytest

from tests.execution.harness import holds, run

HEAD = "import torch\nimport numpy as np\n"


@pytest.mark.parametrize(
    ("body", "arguments", "finite"),
    [
        ("return torch.log(x)", "torch.tensor([1.0])", True),
        ("return torch.log(x)", "torch.tensor([0.0])", False),
        ("return torch.sqrt(x)", "torch.tensor([0.0])", False),
        ("return torch.sqrt(x).detach()", "torch.tensor([0.0])", True),
        ("return torch.sqrt(x['a'][0])", "{'a': [torch.tensor([0.0])]}", False),
        ("return np.log(x)", "np.zeros(2)", False),
        ("return x / 2", "nan", False),
        ("return {'loss': (x.sum(), [x * inf])}".replace("inf", "float('inf')"), "torch.ones(2)", False),
        ("w = torch.nn.Parameter(torch.zeros(1)); return torch.sqrt(w * x)", "1.0", False),
        ("m = torch.nn.Linear(1, 1); m.weight.data.fill_(x); return m", "float('inf')", False),
        ("y = torch.sqrt(x).sum(); y.backward(); return y", "torch.tensor([4.0])", True),
        ("y = torch.sqrt(x).sum(); y.backward(); return y", "torch.tensor([0.0])", False),
    ],
    ids=[
        "finite", "infinite value", "infinite gradient", "no gradient wanted", "nested argument", "NumPy", "number",
        "nested result", "parameter made inside", "returned module", "backward inside", "infinite backward inside",
    ],
)  # fmt: skip
def test_what_counts_as_finite(body: str, arguments: str, finite: bool) -> None:
    code = f"{HEAD}def f(x):\n    {body}\n"
    assert run(code, arguments).finite is finite


@pytest.mark.parametrize(
    ("framework", "body", "arguments", "finite"),
    [
        ("tensorflow", "return tf.math.log(x)", "tf.constant([1.0])", True),
        ("tensorflow", "return tf.where(x > 0, tf.math.log(x), 0.0)", "tf.constant([0.0])", False),
        ("tensorflow", "return tf.stop_gradient(tf.sqrt(x))", "tf.constant([0.0])", True),
        ("tensorflow", "return {'loss': [tf.sqrt(x[0])]}", "(tf.constant([0.0]),)", False),
        ("tensorflow", "w = tf.Variable(0.0)\n    return tf.sqrt(w * x)", "1.0", False),
        ("keras", "d = keras.layers.Dense(1)\n    d.build((1, 1))\n    return d", "", True),
        ("keras", "d = keras.layers.Dense(1)\n    return keras.ops.sqrt(d(x) * 0.0)", "tf.ones((1, 1))", False),
        ("jax", "return jnp.log(x)", "jnp.ones(1)", True),
        ("jax", "return jnp.where(x > 0, jnp.log(x), 0.0)", "jnp.zeros(1)", False),
        ("jax", "return jax.lax.stop_gradient(jnp.sqrt(x))", "jnp.zeros(1)", True),
        ("jax", "return {'loss': [jnp.sqrt(x[0])]}", "(jnp.zeros(1),)", False),
        ("jax", "return jax.grad(jnp.sqrt)(x)", "0.0", False),
    ],
)
def test_what_counts_as_finite_in_other_frameworks(framework: str, body: str, arguments: str, finite: bool) -> None:
    head = {
        "tensorflow": "import tensorflow as tf\n",
        "keras": "import keras\n",
        "jax": "import jax, jax.numpy as jnp\n",
    }
    code = f"{head[framework]}def f(x=None):\n    {body}\n"
    assert run(code, arguments, framework).finite is finite


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        ("x * 2 * x", True),
        ("x * x * 2.00001", True),
        ("x * x * 2.01", False),
        ("2 * x.detach() * x", False),
        ("2 * (x * x).sum()", False),
        ("2 * x * x * float('nan')", False),
    ],
    ids=["same", "last digits", "other value", "other gradient", "other shape", "NaN"],
)
def test_what_counts_as_equal(other: str, agrees: bool) -> None:
    before = run("def f(x):\n    return 2 * x * x\n", "torch.tensor([1.0, 3.0])")
    after = run(f"def f(x):\n    return {other}\n", "torch.tensor([1.0, 3.0])")
    assert before.agrees(after, tolerance=1e-4) is agrees


def test_proof_may_say_that_a_call_raises() -> None:
    code = "def f(n):\n    return 1 / n\n"
    assert holds(code, "raises(ZeroDivisionError, lambda: f(0))")
    assert not holds(code, "raises(ZeroDivisionError, lambda: f(1))")
