"""Monocular depth from shaded slopes.

Buggy: the head ends in a sigmoid whose logarithm the loss takes, and the loss is the root of a mean squared difference,
whose gradient is infinite where the prediction is right.
"""

import argparse

import tensorflow as tf
from tensorflow.keras import layers


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--height", type=int, default=16)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--brightness", type=float, default=1.0, help="factor on the image")
    return parser.parse_args(argv)


def slopes(args):
    """Images of tilted planes and their depth, as a share of the farthest one."""
    rows = tf.reshape(tf.linspace(0.1, 1.0, args.height), (1, args.height, 1, 1))
    tilt = tf.random.uniform((args.batch_size, 1, 1, 1), 0.5, 1.0)
    depth = tf.tile(tilt * rows, (1, 1, args.width, 1))
    image = args.brightness * tf.tile(1.0 / (1.0 + depth), (1, 1, 1, 3))
    return image, depth


class DepthNet(tf.keras.Model):
    """Depth of each pixel, as a share of the farthest one."""

    def __init__(self):
        super().__init__()
        self.encoder = layers.Conv2D(16, 3, padding="same", activation="relu")
        self.middle = layers.Conv2D(16, 3, padding="same", activation="relu")
        self.head = layers.Conv2D(1, 3, padding="same", activation="sigmoid")

    def call(self, image):
        return self.head(self.middle(self.encoder(image)))


def log_rmse(depth, prediction):
    difference = tf.math.log(prediction) - tf.math.log(depth)
    return tf.sqrt(tf.reduce_mean(tf.square(difference)))


def main(argv=None):
    args = parse_args(argv)
    tf.random.set_seed(0)
    model = DepthNet()
    optimizer = tf.keras.optimizers.Adam(1e-3, clipnorm=1.0)
    value = float("nan")
    for _ in range(args.steps):
        image, depth = slopes(args)
        with tf.GradientTape() as tape:
            loss = log_rmse(depth, model(image))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        value = float(loss)
    print(f"log RMSE {value:.4f}")
    return value


if __name__ == "__main__":
    main()
