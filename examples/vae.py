"""A variational autoencoder in PyTorch, conditional on T, for `family: command`.

The decoder gives the probability of each spin to be up, given a latent vector and T. A killed
training resumes from the folder `--state`.
"""

import argparse
from pathlib import Path

import netCDF4
import numpy as np
import torch
from torch import nn
from torch.nn import functional

LATENT, WIDTH = 16, 32


class Autoencoder(nn.Module):
    """Convolutions with periodic borders; L is a multiple of 4."""

    def __init__(self, size):
        super().__init__()
        inner = WIDTH * (size // 4) ** 2
        self.size = size
        self.encoder = nn.Sequential(
            nn.Conv2d(2, WIDTH, 3, stride=2, padding=1, padding_mode="circular"),
            nn.SiLU(),
            nn.Conv2d(WIDTH, WIDTH, 3, stride=2, padding=1, padding_mode="circular"),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(inner, 2 * LATENT),
        )
        self.first = nn.Linear(LATENT + 1, inner)
        self.decoder = nn.Sequential(
            nn.SiLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(WIDTH, WIDTH, 3, padding=1, padding_mode="circular"),
            nn.SiLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(WIDTH, 1, 3, padding=1, padding_mode="circular"),
        )

    def decode(self, latent, T):
        """Return the log odds of spins to be up, shape (frames, 1, L, L)."""
        inner = self.first(torch.cat([latent, T[:, None]], dim=1))
        return self.decoder(inner.reshape(-1, WIDTH, self.size // 4, self.size // 4))

    def forward(self, spins, T):
        """Return the negative evidence lower bound per frame, in nats."""
        warmth = T[:, None, None, None].expand_as(spins)
        mean, log_variance = self.encoder(torch.cat([spins, warmth], dim=1)).chunk(2, dim=1)
        latent = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        up = (spins + 1) / 2
        odds = self.decode(latent, T)
        misfit = functional.binary_cross_entropy_with_logits(odds, up, reduction="none")
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
        return misfit.sum((1, 2, 3)) + divergence.sum(1)


def read(paths):
    """Return spins, shape (frames, 1, L, L), and the T of each frame."""
    spins, temperatures = [], []
    for path in paths:
        with netCDF4.Dataset(path) as file:
            values = np.asarray(file["spin"][:], np.float32)
            frames = torch.from_numpy(values.reshape(-1, 1, *values.shape[-2:]))
            spins.append(frames)
            temperatures.append(torch.full((len(frames),), float(file["temperature"][...])))
    return torch.cat(spins), torch.cat(temperatures)


def train(arguments):
    """Fit the network by Adam, each frame with a random sign."""
    spins, T = read(arguments.frames)
    torch.manual_seed(arguments.seed)
    network = Autoencoder(spins.shape[-1])
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    state, begun = Path(arguments.state) / "epoch.pt", 0
    if state.exists():
        left = torch.load(state)
        begun = left["epoch"]
        network.load_state_dict(left["network"])
        optimizer.load_state_dict(left["optimizer"])
    for epoch in range(begun, arguments.epochs):
        # One seed per epoch, so that a resumed training uses the same frames in the same order.
        torch.manual_seed(arguments.seed + epoch)
        for batch in torch.randperm(len(spins)).split(50):
            sign = 2 * torch.randint(2, (len(batch), 1, 1, 1)) - 1
            loss = network(sign * spins[batch], T[batch]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1}: {loss.item():.3f} nats per frame", flush=True)
        left = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save({"epoch": epoch + 1, **left}, state.with_suffix(".new"))
        state.with_suffix(".new").replace(state)
    torch.save({"size": network.size, "network": network.state_dict()}, arguments.output)


@torch.no_grad()
def sample(arguments):
    """Write independent frames as booleans; True is up."""
    trained = torch.load(arguments.model)
    network = Autoencoder(trained["size"])
    network.load_state_dict(trained["network"])
    torch.manual_seed(arguments.seed)
    latent = torch.randn(arguments.frames, LATENT)
    up = network.decode(latent, torch.full((arguments.frames,), arguments.temperature)).sigmoid()
    np.save(arguments.output, (torch.rand_like(up) < up)[:, 0].numpy())


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(required=True)
    training = verbs.add_parser("train")
    training.add_argument("frames", nargs="+")
    training.add_argument("--epochs", type=int, default=100)
    training.add_argument("--state", required=True)
    training.set_defaults(do=train)
    sampling = verbs.add_parser("sample")
    sampling.add_argument("--model", required=True)
    sampling.add_argument("--temperature", type=float, required=True)
    sampling.add_argument("--frames", type=int, required=True)
    sampling.set_defaults(do=sample)
    for verb in (training, sampling):
        verb.add_argument("--seed", type=int, required=True)
        verb.add_argument("--output", required=True)
        verb.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.do(arguments)


if __name__ == "__main__":
    main()
