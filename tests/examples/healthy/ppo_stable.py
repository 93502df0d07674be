"""Proximal policy optimisation on a one-dimensional balance task, done right.

Healthy: the log-ratio is clamped before exp, the entropy comes from log-probabilities, advantages have an epsilon under
them, and gradients are clipped.
"""

import argparse

import torch
import torch.nn as nn
import torch.optim as optim
from torch.distributions import Categorical


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--num-steps", type=int, default=32)
    parser.add_argument("--minibatches", type=int, default=4)
    parser.add_argument("--update-epochs", type=int, default=3)
    parser.add_argument("--gamma", type=float, default=0.99)
    parser.add_argument("--clip-coef", type=float, default=0.2)
    parser.add_argument("--ent-coef", type=float, default=0.01)
    parser.add_argument("--vf-coef", type=float, default=0.5)
    parser.add_argument("--max-grad-norm", type=float, default=0.5)
    parser.add_argument("--lr", type=float, default=2.5e-3)
    return parser.parse_args(argv)


class Balance:
    """A ball on a beam: push left or right, reward for staying near the middle."""

    def __init__(self, num_envs):
        self.state = 0.1 * torch.randn(num_envs, 2)

    def step(self, action):
        push = action.float() * 2.0 - 1.0
        position, speed = self.state.unbind(1)
        speed = 0.95 * speed + 0.1 * push
        position = torch.clamp(position + 0.1 * speed, -2.0, 2.0)
        self.state = torch.stack([position, speed], dim=1)
        return 1.0 - position.abs()


def layer_init(layer, std=2.0**0.5):
    nn.init.orthogonal_(layer.weight, std)
    nn.init.zeros_(layer.bias)
    return layer


class Agent(nn.Module):
    def __init__(self, observations=2, actions=2, hidden=32):
        super().__init__()
        self.critic = nn.Sequential(
            layer_init(nn.Linear(observations, hidden)), nn.Tanh(), layer_init(nn.Linear(hidden, 1), std=1.0)
        )
        self.actor = nn.Sequential(
            layer_init(nn.Linear(observations, hidden)), nn.Tanh(), layer_init(nn.Linear(hidden, actions), std=0.01)
        )

    def get_value(self, x):
        return self.critic(x).squeeze(-1)

    def get_action_and_value(self, x, action=None):
        log_probs = torch.log_softmax(self.actor(x), dim=-1)
        policy = Categorical(logits=log_probs)
        if action is None:
            action = policy.sample()
        entropy = -(log_probs.exp() * log_probs).sum(-1)
        return action, policy.log_prob(action), entropy, self.get_value(x)


@torch.no_grad()
def collect(agent, environment, steps, gamma):
    """One rollout: observations, actions, their log-probabilities, values and discounted returns."""
    rollout = {"obs": [], "action": [], "logprob": [], "value": []}
    rewards = []
    for _ in range(steps):
        observation = environment.state
        action, logprob, _, value = agent.get_action_and_value(observation)
        for name, item in zip(rollout, (observation, action, logprob, value)):
            rollout[name].append(item)
        rewards.append(environment.step(action))
    running = agent.get_value(environment.state)
    returns = []
    for reward in reversed(rewards):
        running = reward + gamma * running
        returns.insert(0, running)
    batch = {name: torch.cat(items) for name, items in rollout.items()}
    batch["return"] = torch.cat(returns)
    return batch


def update(agent, optimizer, batch, args):
    """One pass over the rollout in shuffled minibatches; the last loss."""
    value = float("nan")
    order = torch.randperm(len(batch["obs"]))
    for rows in order.chunk(args.minibatches):
        _, newlogprob, entropy, newvalue = agent.get_action_and_value(batch["obs"][rows], batch["action"][rows])
        advantages = batch["return"][rows] - batch["value"][rows]
        advantages = (advantages - advantages.mean()) / (advantages.std(unbiased=False) + 1e-8)

        logratio = torch.clamp(newlogprob - batch["logprob"][rows], -20.0, 20.0)
        ratio = logratio.exp()
        clipped = torch.clamp(ratio, 1 - args.clip_coef, 1 + args.clip_coef)
        pg_loss = torch.max(-advantages * ratio, -advantages * clipped).mean()
        v_loss = 0.5 * ((newvalue - batch["return"][rows]) ** 2).mean()

        loss = pg_loss - args.ent_coef * entropy.mean() + args.vf_coef * v_loss
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(agent.parameters(), args.max_grad_norm)
        optimizer.step()
        value = loss.item()
    return value


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(9)
    environment = Balance(args.num_envs)
    agent = Agent()
    optimizer = optim.Adam(agent.parameters(), lr=args.lr, eps=1e-5)

    value = float("nan")
    for iteration in range(args.iterations):
        batch = collect(agent, environment, args.num_steps, args.gamma)
        for _ in range(args.update_epochs):
            value = update(agent, optimizer, batch, args)
        print(f"iteration {iteration}: loss {value:.4f}, mean return {batch['return'].mean().item():.3f}")
    return value


if __name__ == "__main__":
    main()
