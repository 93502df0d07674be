"""Proximal policy optimisation on a one-dimensional balance task.

Buggy: the probability ratio is an exp with no bound, the entropy is the logarithm of a softmax, advantages are divided
by a standard deviation that is 0 when all episodes are alike, and no gradient is clipped.
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
    parser.add_argument("--update-epochs", type=int, default=4)
    parser.add_argument("--gamma", type=float, default=0.99)
    parser.add_argument("--clip-coef", type=float, default=0.2)
    parser.add_argument("--ent-coef", type=float, default=0.01)
    parser.add_argument("--vf-coef", type=float, default=0.5)
    parser.add_argument("--lr", type=float, default=2.5e-3)
    parser.add_argument("--observation-scale", type=float, default=1.0)
    return parser.parse_args(argv)


class Balance:
    """A ball on a beam: push left or right, reward for staying near the middle."""

    def __init__(self, num_envs, scale):
        self.scale = scale
        self.state = 0.1 * torch.randn(num_envs, 2)

    def observe(self):
        return self.scale * self.state

    def step(self, action):
        push = action.float() * 2.0 - 1.0
        position, speed = self.state.unbind(1)
        speed = 0.95 * speed + 0.1 * push
        position = torch.clamp(position + 0.1 * speed, -2.0, 2.0)
        self.state = torch.stack([position, speed], dim=1)
        return 1.0 - position.abs()


class Agent(nn.Module):
    def __init__(self, observations=2, actions=2, hidden=32):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(observations, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.actor = nn.Sequential(nn.Linear(observations, hidden), nn.ReLU(), nn.Linear(hidden, actions))

    def get_value(self, x):
        return self.critic(x).squeeze(-1)

    def get_action_and_value(self, x, action=None):
        logits = self.actor(x)
        policy = Categorical(logits=logits)
        if action is None:
            action = policy.sample()
        probs = torch.softmax(logits, dim=-1)
        entropy = -(probs * torch.log(probs)).sum(-1)
        return action, policy.log_prob(action), entropy, self.get_value(x)


def collect(agent, environment, steps, gamma):
    """One rollout: observations, actions, their log-probabilities and discounted returns."""
    observations, actions, logprobs, rewards = [], [], [], []
    with torch.no_grad():
        for _ in range(steps):
            observation = environment.observe()
            action, logprob, _, _ = agent.get_action_and_value(observation)
            observations.append(observation)
            actions.append(action)
            logprobs.append(logprob)
            rewards.append(environment.step(action))
        running = agent.get_value(environment.observe())
        returns = []
        for reward in reversed(rewards):
            running = reward + gamma * running
            returns.insert(0, running)
    return torch.cat(observations), torch.cat(actions), torch.cat(logprobs), torch.cat(returns)


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(4)
    environment = Balance(args.num_envs, args.observation_scale)
    agent = Agent()
    optimizer = optim.Adam(agent.parameters(), lr=args.lr, eps=1e-5)

    value = float("nan")
    for iteration in range(args.iterations):
        b_obs, b_actions, b_logprobs, b_returns = collect(agent, environment, args.num_steps, args.gamma)
        for _ in range(args.update_epochs):
            _, newlogprob, entropy, newvalue = agent.get_action_and_value(b_obs, b_actions)
            advantages = b_returns - newvalue.detach()
            advantages = (advantages - advantages.mean()) / advantages.std()

            logratio = newlogprob - b_logprobs
            ratio = logratio.exp()
            pg_loss1 = -advantages * ratio
            pg_loss2 = -advantages * torch.clamp(ratio, 1 - args.clip_coef, 1 + args.clip_coef)
            pg_loss = torch.max(pg_loss1, pg_loss2).mean()
            v_loss = 0.5 * ((newvalue - b_returns) ** 2).mean()

            loss = pg_loss - args.ent_coef * entropy.mean() + args.vf_coef * v_loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            value = loss.item()
        print(f"iteration {iteration}: loss {value:.4f}, mean return {b_returns.mean().item():.3f}")
    return value


if __name__ == "__main__":
    main()
