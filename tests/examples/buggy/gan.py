"""Generative adversarial network on a ring of Gaussians.

Buggy: the discriminator ends in a sigmoid and both losses take its logarithm, and that of one minus it. The
discriminator wins early, its output rounds to 0 or 1, and the losses are infinite.
"""

import argparse
import math

import torch
import torch.nn as nn

LATENT = 16


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--radius", type=float, default=2.0, help="radius of the ring")
    parser.add_argument("--lr", type=float, default=2e-4)
    parser.add_argument("--clip", type=float, default=5.0)
    return parser.parse_args(argv)


def ring(count, radius, modes=8):
    """Samples of `modes` narrow Gaussians placed evenly on a circle."""
    angle = torch.randint(0, modes, (count,)) * (2 * math.pi / modes)
    centre = torch.stack([angle.cos(), angle.sin()], dim=1)
    return radius * centre + 0.05 * torch.randn(count, 2)


def make_generator():
    return nn.Sequential(
        nn.Linear(LATENT, 64),
        nn.LeakyReLU(0.2),
        nn.Linear(64, 64),
        nn.LeakyReLU(0.2),
        nn.Linear(64, 2),
    )


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(2, 64),
            nn.LeakyReLU(0.2),
            nn.Linear(64, 64),
            nn.LeakyReLU(0.2),
            nn.Linear(64, 1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.model(x)


def discriminator_loss(real, fake):
    """Minus the log-likelihood of telling real from fake."""
    real_term = torch.log(real)
    fake_term = torch.log(1 - fake)
    return -(real_term + fake_term).mean()


def generator_loss(fake):
    """The non-saturating form."""
    return -fake.log().mean()


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(2)
    generator = make_generator()
    discriminator = Discriminator()
    optimizer_G = torch.optim.Adam(generator.parameters(), lr=args.lr, betas=(0.5, 0.999))
    optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=args.lr, betas=(0.5, 0.999))

    total = float("nan")
    for step in range(args.steps):
        real = ring(args.batch_size, args.radius)
        noise = torch.randn(args.batch_size, LATENT)

        # Discriminator: the generator's samples are constants here.
        optimizer_D.zero_grad()
        fake = generator(noise).detach()
        d_loss = discriminator_loss(discriminator(real), discriminator(fake))
        d_loss.backward()
        nn.utils.clip_grad_norm_(discriminator.parameters(), args.clip)
        optimizer_D.step()

        optimizer_G.zero_grad()
        g_loss = generator_loss(discriminator(generator(noise)))
        g_loss.backward()
        nn.utils.clip_grad_norm_(generator.parameters(), args.clip)
        optimizer_G.step()

        total = d_loss.item() + g_loss.item()
        if step % 25 == 0:
            print(f"step {step}: D {d_loss.item():.4f}, G {g_loss.item():.4f}")
    return total


if __name__ == "__main__":
    main()
