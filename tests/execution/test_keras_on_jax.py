"""The examples of Keras hold on its JAX backend too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def test_rule_examples_on_the_jax_backend() -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-W", "error", str(Path(__file__).with_name("test_rule_examples.py"))]
    run = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
