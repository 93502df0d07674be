"""The next value of a noisy wave, its uncertainty included, with gradients that the script takes itself.

Buggy: nothing limits the gradients of a recurrent network whose loss depends on an exponential.
"""

import argparse

import tensorflow as tf


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=40)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--steps", type=int, default=10)
    return parser.parse_args(argv)


def waves(args):
    """Sequences of a sine with noise, and what follows each of them."""
    start = tf.random.uniform((args.batch_size, 1), 0.0, 6.28)
    time = tf.reshape(0.3 * tf.range(args.length + 1, dtype=tf.float32), (1, -1))
    values = tf.sin(start + time) + 0.05 * tf.random.normal((args.batch_size, args.length + 1))
    return values[:, :-1, tf.newaxis], values[:, -1:]


def build():
    return tf.keras.Sequential([tf.keras.layers.LSTM(32), tf.keras.layers.Dense(2)])


def negative_log_likelihood(output, target):
    """Of a normal distribution, without its constant."""
    mean, log_variance = tf.split(output, 2, axis=-1)
    return tf.reduce_mean(log_variance + tf.square(target - mean) * tf.exp(-log_variance))


def main(argv=None):
    args = parse_args(argv)
    tf.random.set_seed(0)
    model = build()
    optimizer = tf.keras.optimizers.Adam(learning_rate=1e-3)
    value = float("nan")
    for _ in range(args.steps):
        sequence, target = waves(args)
        with tf.GradientTape() as tape:
            loss = negative_log_likelihood(model(sequence), target)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        value = float(loss)
    print(f"negative log-likelihood {value:.4f}")
    return value


if __name__ == "__main__":
    main()
