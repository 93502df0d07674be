"""Monocular depth estimation on synthetic slopes.

Buggy: the head is minus the logarithm of a sigmoid, infinite once the sigmoid rounds to 0, and the loss is the root of
a mean squared error, whose gradient is infinite where the prediction is right.
"""

import argparse

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--height", type=int, default=24)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--brightness", type=float, default=1.0, help="factor on the image")
    parser.add_argument("--valid", type=float, default=0.9, help="share of pixels with a measured depth")
    return parser.parse_args(argv)


def slopes(count, height, width, brightness):
    """Images of tilted planes, shaded by distance, and their depth in metres."""
    rows = torch.linspace(0.0, 1.0, height).view(1, 1, height, 1)
    columns = torch.linspace(0.0, 1.0, width).view(1, 1, 1, width)
    tilt = torch.rand(count, 1, 1, 1)
    depth = 1.0 + 4.0 * (tilt * rows + (1.0 - tilt) * columns)
    shade = brightness / (1.0 + depth)
    image = shade.expand(count, 3, height, width) + 0.01 * torch.randn(count, 3, height, width)
    return image, depth


def conv_block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1),
        nn.ReLU(inplace=True),
    )


class DepthNet(nn.Module):
    """A small encoder and decoder; the output is a depth in metres."""

    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Sequential(conv_block(3, channels), nn.MaxPool2d(2), conv_block(channels, 2 * channels))
        self.decoder = nn.Sequential(nn.Upsample(scale_factor=2), conv_block(2 * channels, channels))
        self.head = nn.Conv2d(channels, 1, kernel_size=3, padding=1)

    def forward(self, image):
        features = self.decoder(self.encoder(image))
        logit = self.head(features)
        closeness = torch.sigmoid(logit)
        return -torch.log(closeness)


class RMSELoss(nn.Module):
    """Root mean squared error over the pixels that have a depth."""

    def forward(self, prediction, target, mask):
        error = (prediction - target)[mask]
        return torch.sqrt(torch.mean(error**2))


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(3)
    model = DepthNet(args.channels)
    criterion = RMSELoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    value = float("nan")
    for step in range(args.steps):
        image, depth = slopes(args.batch_size, args.height, args.width, args.brightness)
        mask = torch.rand_like(depth) < args.valid
        optimizer.zero_grad()
        loss = criterion(model(image), depth, mask)
        loss.backward()
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        value = loss.item()
        if step % 10 == 0:
            print(f"step {step}: RMSE {value:.4f} m")
    return value


if __name__ == "__main__":
    main()
