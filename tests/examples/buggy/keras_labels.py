"""A classifier of five kinds of points.

Buggy: the last row carries the label 8000, of which a layer of five units knows nothing.
"""

import argparse

import numpy as np
from keras.layers import Dense
from keras.models import Sequential


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--steps", type=int, default=3, help="epochs")
    return parser.parse_args(argv)


def points(count):
    """Coordinates in the unit cube and a class for each; the last point is an afterthought."""
    x = np.random.rand(count, 3)
    y = np.random.randint(0, high=5, size=(count, 1))
    x = np.vstack([x, np.random.rand(1, 3)])
    y = np.vstack([y, np.array([[8000]])])
    return x, y


def build():
    model = Sequential()
    model.add(Dense(32, activation="relu", input_shape=(3,)))
    model.add(Dense(32, activation="relu"))
    model.add(Dense(5, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def main(argv=None):
    args = parse_args(argv)
    x, y = points(args.points)
    model = build()
    history = model.fit(x, y, epochs=args.steps, batch_size=32, verbose=0)
    print(f"loss {history.history['loss'][-1]:.4f}")
    return history.history["loss"][-1]


if __name__ == "__main__":
    main()
