"""Variational autoencoder on synthetic stripes, done right.

Healthy: the log-variance is clamped before exp, the decoder gives logits and the loss takes them, and gradients are
clipped.
"""

import argparse

import torch
import torch.nn.functional as F
from torch import nn, optim

LOG_VARIANCE_BOUNDS = (-10.0, 10.0)


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=12, help="height and width of an image")
    parser.add_argument("--latent", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--beta", type=float, default=1.0, help="weight of the divergence")
    return parser.parse_args(argv)


def stripes(count, side):
    """Binary images of horizontal or vertical stripes, flattened."""
    phase = torch.randint(0, 4, (count, 1, 1))
    position = torch.arange(side).view(1, 1, side).expand(count, side, side)
    images = ((position + phase) % 4 < 2).float()
    turned = torch.rand(count) < 0.5
    images[turned] = images[turned].transpose(1, 2)
    return images.flatten(1)


class VAE(nn.Module):
    def __init__(self, pixels, hidden, latent):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def encode(self, x):
        mean, logvar = self.encoder(x).chunk(2, dim=1)
        low, high = LOG_VARIANCE_BOUNDS
        return mean, logvar.clamp(low, high)

    def forward(self, x):
        mean, logvar = self.encode(x)
        std = torch.exp(0.5 * logvar)
        z = mean + std * torch.randn_like(std)
        return self.decoder(z), mean, logvar

    @torch.no_grad()
    def sample(self, count):
        latent = self.decoder[0].in_features
        return torch.sigmoid(self.decoder(torch.randn(count, latent)))


def negative_elbo(logits, x, mean, logvar, beta):
    """Reconstruction error plus weighted divergence from the standard normal, averaged over the batch."""
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=1)
    divergence = 0.5 * (mean.pow(2) + logvar.exp() - 1.0 - logvar).sum(dim=1)
    return (reconstruction + beta * divergence).mean()


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(8)
    model = VAE(args.side * args.side, args.hidden, args.latent)
    optimizer = optim.Adam(model.parameters(), lr=args.lr)

    value = float("nan")
    model.train()
    for step in range(args.steps):
        x = stripes(args.batch_size, args.side)
        logits, mean, logvar = model(x)
        loss = negative_elbo(logits, x, mean, logvar, args.beta)
        if not torch.isfinite(loss):
            raise RuntimeError(f"loss is {loss.item()} at step {step}")
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
        optimizer.step()
        value = loss.item()
        if step % 20 == 0:
            print(f"step {step}: negative ELBO {value:.3f}")

    samples = model.sample(16)
    print(f"samples: mean {samples.mean().item():.3f}, expected 0.5")
    return value


if __name__ == "__main__":
    main()
