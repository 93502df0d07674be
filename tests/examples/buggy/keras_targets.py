"""A regression with one hidden layer.

Buggy: the targets go up to 1e10, so the squared error starts at about 1e19, and its gradients throw the weights out.
"""

import argparse

import numpy as np
import tensorflow as tf


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10)
    parser.add_argument("--steps", type=int, default=30, help="epochs")
    return parser.parse_args(argv)


def build():
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.SGD(learning_rate=0.01), loss="mse")
    return model


def main(argv=None):
    args = parse_args(argv)
    x = np.random.rand(args.points, 1)
    y = np.random.rand(args.points) * 1e10
    model = build()
    history = model.fit(x, y, epochs=args.steps, verbose=0)
    print(f"loss {history.history['loss'][-1]:.4g}")
    return history.history["loss"][-1]


if __name__ == "__main__":
    main()
