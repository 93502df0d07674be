"""The example scripts: where they are, and what is to be found in the buggy ones."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).parent / "examples"
BUGGY = sorted((EXAMPLES / "buggy").glob("*.py"))
HEALTHY = sorted((EXAMPLES / "healthy").glob("*.py"))

BUGS = {
    "char_rnn": [
        ("lr=config.learning_rate", "warning", "NAN404"),
        ("self.optimizer.step()", "warning", "NAN401"),
    ],
    "classifier": [
        ("torch.log(probabilities)", "error", "NAN207"),
        ("lr=args.lr", "warning", "NAN404"),
    ],
    "depth": [
        ("torch.log(closeness)", "error", "NAN202"),
        ("torch.sqrt(torch.mean(error**2))", "note", "NAN308"),
        ("torch.mean(error**2)", "note", "NAN110"),
    ],
    "gan": [
        ("torch.log(real)", "error", "NAN202"),
        ("torch.log(1 - fake)", "error", "NAN202"),
        ("fake.log()", "error", "NAN202"),
    ],
    "keras_depth": [
        ("tf.math.log(prediction)", "error", "NAN202"),
        ("tf.sqrt(tf.reduce_mean(tf.square(difference)))", "note", "NAN308"),
    ],
    "keras_gradients": [
        ("tf.exp(-log_variance)", "note", "NAN105"),
        ("optimizer.apply_gradients(", "note", "NAN401"),
    ],
    "keras_labels": [
        ("model.fit(x, y", "error", "NAN306"),
    ],
    "keras_targets": [
        ("model.fit(x, y", "error", "NAN602"),
    ],
    "logistic_numpy": [
        ("1.0 / (1.0 + np.exp(-z))", "note", "NAN205"),
        ("np.mean(y * np.log(p)", "error", "NAN208"),
    ],
    "ppo": [
        ("torch.log(probs)", "error", "NAN201"),
        ("/ advantages.std()", "note", "NAN112"),
        ("logratio.exp()", "note", "NAN105"),
        ("optimizer.step()", "note", "NAN401"),
    ],
    "tf1_digits": [
        ("y_ * tf.log(y)", "error", "NAN207"),
        (".minimize(cross_entropy)", "note", "NAN401"),
    ],
    "vae": [
        ("torch.exp(0.5 * logvar)", "note", "NAN105"),
        ("torch.log(reconstruction)", "error", "NAN208"),
        ("logvar.exp()", "note", "NAN105"),
    ],
}
"""By script: text on the line of the finding, level, rule."""

BY_HAND = {"keras_labels": ("[[8000]]", "[[4]]"), "keras_targets": ("* 1e10", "* 1.0")}
"""Text of a script that no fix changes, and what a person makes of it."""


def expected(path: Path) -> list[tuple[int, str, str]]:
    """(line, level, code) of what is to be found in a script."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = []
    for text, level, code in BUGS.get(path.stem, []):
        (number,) = [number for number, line in enumerate(lines, 1) if text in line]
        found.append((number, level, code))
    return found
