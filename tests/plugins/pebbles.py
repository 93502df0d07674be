"""A script that uses the framework of the example plugin, and what its table alone makes nanlint say and write."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parent / "nanlint-pebble"
"""The example: a project of its own, with a table of a dozen operations and a rule."""

SCRIPT = """\
import pebble as pb


def loss(x, labels):
    p = pb.softmax(x, along=-1)
    return -pb.sum(labels * pb.log(p))


def gate(x):
    return pb.log(pb.sigmoid(x))


def free_energy(x):
    return pb.log(pb.sum(pb.exp(x), along=1)) + pb.log(pb.sum(pb.exp(x)))


def rate(x):
    return pb.log(pb.relu(x))


def bounded(x):
    return pb.log(pb.limit(x, least=0.5)) + pb.sqrt(pb.sigmoid(x) + 1.0)


def steps(x):
    return pb.round(pb.relu(x))
"""

FOUND = [(6, "NAN207", "error"), (10, "NAN202", "error"), (14, "NAN203", "warning"), (14, "NAN203", "warning")]
FOUND += [(18, "NAN101", "error")]
"""Line, code and level of what nanlint's own rules find."""

FIXED = """\
import pebble as pb


def loss(x, labels):
    return -pb.sum(labels * pb.log_softmax(x, along=-1))


def gate(x):
    return pb.log_sigmoid(x)


def free_energy(x):
    return pb.log_sum_exp(x, along=1) + pb.log_sum_exp(x)


def rate(x):
    return pb.log(pb.limit(pb.relu(x), least=1e-8))


def bounded(x):
    return pb.log(pb.limit(x, least=0.5)) + pb.sqrt(pb.sigmoid(x) + 1.0)


def steps(x):
    return pb.round(pb.relu(x))
"""
"""The script with all fixes of nanlint's own rules, in the framework's spelling."""
