"""The examples of Keras on its JAX backend: a process chooses the backend before it imports Keras."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_examples_hold_on_the_jax_backend() -> None:
    examples = Path(__file__).with_name("test_rule_examples.py")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", str(examples)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
