"""Transformer language model on arithmetic sequences.

Healthy: the loss takes logits, the mask never hides a whole row, gradients are clipped before each step, and the
temperature of the sampler is bounded away from 0.
"""

import argparse
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", type=int, default=32)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--context", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--max-norm", type=float, default=1.0)
    parser.add_argument("--temperature", type=float, default=0.8)
    return parser.parse_args(argv)


def sequences(count, length, vocabulary):
    """Rows that count upwards in steps of one to three, modulo the size of the vocabulary."""
    start = torch.randint(0, vocabulary, (count, 1))
    stride = torch.randint(1, 4, (count, 1))
    return (start + stride * torch.arange(length + 1)) % vocabulary


class SelfAttention(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        assert width % heads == 0
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        causal = torch.tril(torch.ones(context, context, dtype=torch.bool))
        self.register_buffer("causal", causal, persistent=False)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = self.scale * q @ k.transpose(-2, -1)
        scores = scores.masked_fill(~self.causal[:length, :length], float("-inf"))
        attention = F.softmax(scores, dim=-1)
        return self.project((attention @ v).transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads, context)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class TransformerLM(nn.Module):
    def __init__(self, vocabulary, width, heads, layers, context):
        super().__init__()
        self.context = context
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.zeros(context, width))
        self.blocks = nn.ModuleList([Block(width, heads, context) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions[: tokens.size(1)]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))

    @torch.no_grad()
    def generate(self, tokens, count, temperature):
        for _ in range(count):
            logits = self(tokens[:, -self.context :])[:, -1] / max(temperature, 1e-3)
            following = torch.multinomial(torch.softmax(logits, dim=-1), num_samples=1)
            tokens = torch.cat([tokens, following], dim=1)
        return tokens


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(7)
    model = TransformerLM(args.vocabulary, args.width, args.heads, args.layers, args.context)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / args.warmup))

    value = float("nan")
    for step in range(args.steps):
        batch = sequences(args.batch_size, args.context, args.vocabulary)
        logits = model(batch[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), args.max_norm)
        optimizer.step()
        scheduler.step()
        value = loss.item()
        if step % 10 == 0:
            print(f"step {step}: loss {value:.3f}, perplexity {math.exp(value):.1f}, gradient norm {norm:.2f}")

    model.eval()
    print(model.generate(torch.tensor([[1, 3, 5]]), 8, args.temperature)[0].tolist())
    return value


if __name__ == "__main__":
    main()
