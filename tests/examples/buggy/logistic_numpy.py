"""Logistic regression in NumPy, with the gradient written out.

Buggy: the sigmoid overflows for very negative scores, and the cross-entropy takes the logarithm of probabilities that
round to exactly 0 and 1.
"""

import argparse

import numpy as np


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--features", type=int, default=6)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--input-scale", type=float, default=1.0)
    return parser.parse_args(argv)


def make_data(samples, features, scale, seed=6):
    """Two overlapping classes, labelled by a noisy linear rule."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(samples, features))
    direction = generator.normal(size=features)
    score = x @ direction + 0.5 * generator.normal(size=samples)
    return scale * x, (score > 0).astype(np.float64)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def cross_entropy(p, y):
    """Mean negative log-likelihood of labels `y` under probabilities `p`."""
    return -np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))


class LogisticRegression:
    def __init__(self, features):
        self.weights = np.zeros(features)
        self.bias = 0.0

    def predict(self, x):
        return sigmoid(x @ self.weights + self.bias)

    def loss(self, x, y):
        return cross_entropy(self.predict(x), y)

    def update(self, x, y, lr):
        """One step of gradient descent on the mean loss."""
        residual = self.predict(x) - y
        self.weights -= lr * x.T @ residual / len(y)
        self.bias -= lr * residual.mean()

    def accuracy(self, x, y):
        return float(np.mean((self.predict(x) > 0.5) == (y > 0.5)))


def main(argv=None):
    args = parse_args(argv)
    x, y = make_data(args.samples, args.features, args.input_scale)
    split = int(0.8 * args.samples)
    train_x, train_y = x[:split], y[:split]
    test_x, test_y = x[split:], y[split:]

    model = LogisticRegression(args.features)
    value = float("nan")
    for step in range(args.steps):
        model.update(train_x, train_y, args.lr)
        value = float(model.loss(train_x, train_y))
        if step % 10 == 0:
            print(f"step {step}: loss {value:.4f}, test accuracy {model.accuracy(test_x, test_y):.1%}")
    return value


if __name__ == "__main__":
    main()
