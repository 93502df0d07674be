"""Classifier on interleaved spirals.

Buggy: the network ends in a softmax and the loss takes the logarithm of it, so a confident mistake is log(0); the
default learning rate of 0.5 makes such mistakes certain.
"""

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=3)
    parser.add_argument("--points", type=int, default=240, help="points per class")
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--input-scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(argv)


def spirals(classes, points, scale):
    """Arms of a spiral in the plane, one per class, with a little noise."""
    features, labels = [], []
    for label in range(classes):
        radius = torch.linspace(0.1, 1.0, points)
        angle = torch.linspace(label * 4.0, label * 4.0 + 4.0, points) + 0.2 * torch.randn(points)
        features.append(torch.stack([radius * angle.sin(), radius * angle.cos()], dim=1))
        labels.append(torch.full((points,), label))
    return scale * torch.cat(features), torch.cat(labels)


class SpiralNet(nn.Module):
    def __init__(self, hidden, classes):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(2, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.head = nn.Linear(hidden, classes)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        return self.softmax(self.head(self.body(x)))


def train_one_epoch(model, loader, optimizer):
    model.train()
    total, seen = 0.0, 0
    for features, target in loader:
        optimizer.zero_grad()
        probabilities = model(features)
        # The network was written to be read: its output sums to one.
        loss = F.nll_loss(torch.log(probabilities), target)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * len(target)
        seen += len(target)
    return total / seen


def evaluate(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for features, target in loader:
            prediction = model(features).argmax(dim=1)
            correct += (prediction == target).sum().item()
    return correct / len(loader.dataset)


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(args.seed)
    features, labels = spirals(args.classes, args.points, args.input_scale)
    dataset = TensorDataset(features, labels)
    loader = DataLoader(dataset, batch_size=args.batch_size, shuffle=True)

    model = SpiralNet(args.hidden, args.classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)

    loss = float("nan")
    for epoch in range(args.epochs):
        loss = train_one_epoch(model, loader, optimizer)
        accuracy = evaluate(model, loader)
        print(f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.1%}")
    return loss


if __name__ == "__main__":
    main()
