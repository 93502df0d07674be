"""Softmax regression on small synthetic digits, as a graph that a session runs.

Buggy: the cross-entropy takes the logarithm of a softmax, which is exactly 0 for a class that is far behind.
"""

import argparse

import numpy as np
import tensorflow.compat.v1 as tf


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--brightness", type=float, default=1.0, help="factor on the pixels")
    return parser.parse_args(argv)


def digits(count, args):
    """A bright stripe for each class, and noise."""
    label = np.random.randint(0, args.classes, size=count)
    image = 0.1 * np.random.rand(count, args.pixels)
    for stripe in range(args.classes):
        image[label == stripe, stripe :: args.classes] += 0.8
    return args.brightness * image, np.eye(args.classes)[label]


def main(argv=None):
    args = parse_args(argv)
    np.random.seed(0)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, args.pixels])
        y_ = tf.placeholder(tf.float32, [None, args.classes])
        w = tf.Variable(tf.zeros([args.pixels, args.classes]))
        b = tf.Variable(tf.zeros([args.classes]))

        y = tf.nn.softmax(tf.matmul(x, w) + b)
        cross_entropy = -tf.reduce_sum(y_ * tf.log(y))
        train_step = tf.train.GradientDescentOptimizer(0.01).minimize(cross_entropy)

        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            value = float("nan")
            for _ in range(args.steps):
                images, labels = digits(args.batch_size, args)
                _, value = session.run([train_step, cross_entropy], feed_dict={x: images, y_: labels})
    print(f"cross-entropy {value:.4f}")
    return float(value)


if __name__ == "__main__":
    main()
