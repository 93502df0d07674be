"""Variational autoencoder on synthetic stripes.

Buggy: the log-variance goes through exp with no bound, and the reconstruction loss is a binary cross-entropy written
out by hand over a sigmoid.
"""

import argparse

import torch
from torch import nn, optim


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=12, help="height and width of an image")
    parser.add_argument("--latent", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--contrast", type=float, default=1.0, help="factor on the encoder's input")
    return parser.parse_args(argv)


def stripes(count, side):
    """Binary images of horizontal or vertical stripes, flattened."""
    phase = torch.randint(0, 4, (count, 1, 1))
    position = torch.arange(side).view(1, 1, side).expand(count, side, side)
    images = ((position + phase) % 4 < 2).float()
    turned = torch.rand(count) < 0.5
    images[turned] = images[turned].transpose(1, 2)
    return images.flatten(1)


class Encoder(nn.Module):
    def __init__(self, pixels, hidden, latent):
        super().__init__()
        self.fc = nn.Linear(pixels, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)

    def forward(self, x):
        h = torch.relu(self.fc(x))
        return self.mean(h), self.logvar(h)


class Decoder(nn.Module):
    def __init__(self, latent, hidden, pixels):
        super().__init__()
        self.fc = nn.Linear(latent, hidden)
        self.out = nn.Linear(hidden, pixels)

    def forward(self, z):
        h = torch.relu(self.fc(z))
        return torch.sigmoid(self.out(h))


class VAE(nn.Module):
    def __init__(self, pixels, hidden, latent):
        super().__init__()
        self.encoder = Encoder(pixels, hidden, latent)
        self.decoder = Decoder(latent, hidden, pixels)

    def reparameterize(self, mean, logvar):
        std = torch.exp(0.5 * logvar)
        noise = torch.randn_like(std)
        return mean + noise * std

    def forward(self, x):
        mean, logvar = self.encoder(x)
        z = self.reparameterize(mean, logvar)
        return self.decoder(z), mean, logvar


def loss_function(reconstruction, x, mean, logvar):
    """Negative evidence lower bound, averaged over the batch."""
    likelihood = x * torch.log(reconstruction) + (1 - x) * torch.log(1 - reconstruction)
    divergence = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp(), dim=1)
    return (divergence - likelihood.sum(dim=1)).mean()


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(1)
    pixels = args.side * args.side
    model = VAE(pixels, args.hidden, args.latent)
    optimizer = optim.Adam(model.parameters(), lr=args.lr)

    value = float("nan")
    model.train()
    for step in range(args.steps):
        x = stripes(args.batch_size, args.side)
        optimizer.zero_grad()
        mean, logvar = model.encoder(args.contrast * x)
        z = model.reparameterize(mean, logvar)
        loss = loss_function(model.decoder(z), x, mean, logvar)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        value = loss.item()
        if step % 20 == 0:
            print(f"step {step}: negative ELBO {value:.3f}")
    return value


if __name__ == "__main__":
    main()
