"""Character model with an LSTM.

Buggy: a recurrent network is trained with no clipping of its gradients, and a configuration puts the learning rate of
RMSprop at 0.25.
"""

import math
import sys
from dataclasses import dataclass

import torch
import torch.nn as nn

TEXT = "the quick brown fox jumps over the lazy dog while the slow green turtle sleeps below the log. " * 12


@dataclass
class Config:
    hidden: int = 64
    embedding: int = 16
    layers: int = 1
    sequence: int = 24
    batch_size: int = 16
    steps: int = 30
    learning_rate: float = 0.25
    dropout: float = 0.1


class Corpus:
    """The text as indices, and random windows of it."""

    def __init__(self, text):
        self.alphabet = sorted(set(text))
        index = {character: i for i, character in enumerate(self.alphabet)}
        self.data = torch.tensor([index[character] for character in text])

    def __len__(self):
        return len(self.alphabet)

    def batch(self, size, length):
        starts = torch.randint(0, self.data.size(0) - length - 1, (size,))
        windows = torch.stack([self.data[start : start + length + 1] for start in starts])
        return windows[:, :-1], windows[:, 1:]


class CharRNN(nn.Module):
    def __init__(self, vocabulary, config):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, config.embedding)
        self.lstm = nn.LSTM(config.embedding, config.hidden, config.layers, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.decoder = nn.Linear(config.hidden, vocabulary)

    def forward(self, characters):
        embedded = self.embedding(characters)
        states, _ = self.lstm(embedded)
        return self.decoder(self.dropout(states))


class Trainer:
    def __init__(self, config):
        self.config = config
        self.corpus = Corpus(TEXT)
        self.model = CharRNN(len(self.corpus), config)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.RMSprop(self.model.parameters(), lr=config.learning_rate)

    def step(self):
        inputs, targets = self.corpus.batch(self.config.batch_size, self.config.sequence)
        self.optimizer.zero_grad()
        logits = self.model(inputs)
        loss = self.criterion(logits.reshape(-1, len(self.corpus)), targets.reshape(-1))
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def fit(self):
        self.model.train()
        loss = float("nan")
        for step in range(self.config.steps):
            loss = self.step()
            if step % 10 == 0:
                print(f"step {step}: loss {loss:.3f}, perplexity {math.exp(min(loss, 50.0)):.1f}")
        return loss


def main(argv=None):
    torch.manual_seed(5)
    arguments = sys.argv[1:] if argv is None else argv
    config = Config(steps=int(arguments[0])) if arguments else Config()
    return Trainer(config).fit()


if __name__ == "__main__":
    main()
