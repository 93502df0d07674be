"""Softmax regression in NumPy, with the gradient written out, done right.

Healthy: the softmax subtracts its maximum, the loss stays in log space, features are standardised with an epsilon, and
the learning rate decays from a small start.
"""

import argparse

import numpy as np

EPSILON = 1e-8


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--features", type=int, default=5)
    parser.add_argument("--classes", type=int, default=4)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--decay", type=float, default=0.01)
    return parser.parse_args(argv)


def make_data(samples, features, classes, seed=11):
    generator = np.random.default_rng(seed)
    x = 50.0 + 20.0 * generator.normal(size=(samples, features))
    y = (x @ generator.normal(size=(features, classes))).argmax(axis=1)
    return x, y


def standardise(x):
    """Zero mean and unit variance per column; a constant column becomes 0."""
    centred = x - x.mean(axis=0)
    return centred / (x.std(axis=0) + EPSILON)


def log_softmax(scores):
    """Logarithm of the softmax of each row, shifted so that the largest exponent is 0."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


class SoftmaxRegression:
    def __init__(self, features, classes):
        self.weights = np.zeros((features, classes))
        self.bias = np.zeros(classes)

    def log_probabilities(self, x):
        return log_softmax(x @ self.weights + self.bias)

    def loss(self, x, y):
        return -np.mean(self.log_probabilities(x)[np.arange(len(y)), y])

    def update(self, x, y, lr):
        """One step of gradient descent on the mean loss."""
        error = np.exp(self.log_probabilities(x))
        error[np.arange(len(y)), y] -= 1.0
        error /= max(len(y), 1)
        self.weights -= lr * x.T @ error
        self.bias -= lr * error.sum(axis=0)

    def accuracy(self, x, y):
        return float(np.mean(self.log_probabilities(x).argmax(axis=1) == y))


def confusion(predicted, actual, classes):
    """Rows are true classes and sum to one; a class that never occurs has a row of zeros."""
    table = np.zeros((classes, classes))
    np.add.at(table, (actual, predicted), 1.0)
    totals = table.sum(axis=1, keepdims=True)
    return table / np.maximum(totals, 1.0)


def main(argv=None):
    args = parse_args(argv)
    x, y = make_data(args.samples, args.features, args.classes)
    x = standardise(x)
    split = int(0.8 * args.samples)

    model = SoftmaxRegression(args.features, args.classes)
    value = float("nan")
    for step in range(args.steps):
        lr = args.lr / (1.0 + args.decay * step)
        model.update(x[:split], y[:split], lr)
        value = float(model.loss(x[:split], y[:split]))
        if step % 20 == 0:
            print(f"step {step}: loss {value:.4f}, test accuracy {model.accuracy(x[split:], y[split:]):.1%}")

    predicted = model.log_probabilities(x[split:]).argmax(axis=1)
    diagonal = np.diag(confusion(predicted, y[split:], args.classes))
    print("recall per class:", np.round(diagonal, 2))
    return value


if __name__ == "__main__":
    main()
