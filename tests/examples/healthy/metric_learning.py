"""Metric learning with a contrastive loss and mixed precision.

Healthy: embeddings are normalised by the library, distances have their epsilon under the root, masked means are divided
by a count of at least one, and gradients are unscaled before they are clipped.
"""

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=6)
    parser.add_argument("--features", type=int, default=20)
    parser.add_argument("--embedding", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=48)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--margin", type=float, default=0.5)
    parser.add_argument("--temperature", type=float, default=0.1)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--half", action="store_true", help="compute in bfloat16 where that is safe")
    return parser.parse_args(argv)


def clusters(count, classes, features, centres):
    """Points around the centre of a random class."""
    labels = torch.randint(0, classes, (count,))
    return centres[labels] + 0.3 * torch.randn(count, features), labels


class Embedder(nn.Module):
    def __init__(self, features, embedding):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, 64), nn.ReLU(), nn.Linear(64, embedding))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


def distances(a, b, eps=1e-6):
    """Euclidean distance of every row of `a` from every row of `b`."""
    squared = (a.unsqueeze(1) - b.unsqueeze(0)).pow(2).sum(dim=-1)
    return torch.sqrt(squared + eps)


def masked_mean(values, mask):
    """Mean over the true entries; 0 where there is none."""
    mask = mask.to(values.dtype)
    return (values * mask).sum() / mask.sum().clamp(min=1.0)


class ContrastiveLoss(nn.Module):
    """Pulls rows of one class together and pushes others apart, up to a margin."""

    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, embedded, labels):
        same = labels.unsqueeze(0) == labels.unsqueeze(1)
        other = ~torch.eye(len(labels), dtype=torch.bool)
        gap = distances(embedded, embedded)
        pull = masked_mean(gap.pow(2), same & other)
        push = masked_mean(F.relu(self.margin - gap).pow(2), ~same)
        return pull + push


def supervised_contrast(embedded, labels, temperature):
    """Cross-entropy of picking a partner of the same class, in log space throughout."""
    similarity = embedded @ embedded.t() / temperature
    similarity = similarity - 1e4 * torch.eye(len(labels))
    log_prob = similarity - torch.logsumexp(similarity, dim=1, keepdim=True)
    same = (labels.unsqueeze(0) == labels.unsqueeze(1)).float() - torch.eye(len(labels))
    partners = same.sum(dim=1)
    per_row = -(log_prob * same).sum(dim=1) / torch.clamp(partners, min=1.0)
    return per_row.mean()


def nearest_centre_accuracy(model, centres, x, labels):
    model.eval()
    with torch.no_grad():
        nearest = distances(model(x), model(centres)).argmin(dim=1)
    model.train()
    return (nearest == labels).float().mean().item()


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(10)
    centres = torch.randn(args.classes, args.features)
    model = Embedder(args.features, args.embedding)
    contrastive = ContrastiveLoss(args.margin)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu", enabled=False)

    value = float("nan")
    for step in range(args.steps):
        x, labels = clusters(args.batch_size, args.classes, args.features, centres)
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.half):
            embedded = model(x)
        embedded = embedded.float()
        loss = contrastive(embedded, labels) + supervised_contrast(embedded, labels, args.temperature)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        value = loss.item()
        if step % 10 == 0:
            accuracy = nearest_centre_accuracy(model, centres, x, labels)
            print(f"step {step}: loss {value:.3f}, accuracy {accuracy:.1%}")
    return value


if __name__ == "__main__":
    main()
