"""Restricted Boltzmann machines of scikit-learn, one for each T, for `family: command`.

Frames at other temperatures are sampled from the machine at the nearest T, so errors between
training temperatures are large. Spins and hidden units are sampled alternately (block Gibbs
sampling).
"""

import argparse

import joblib
import netCDF4
import numpy as np
from scipy.special import expit
from sklearn.neural_network import BernoulliRBM


def read(path):
    """Return spins as 0 and 1, shape (frames, L^2), and T."""
    with netCDF4.Dataset(path) as file:
        spins = np.asarray(file["spin"][:])
        up = (spins.reshape(-1, spins.shape[-1] ** 2) + 1) / 2
        return up, float(file["temperature"][...])


def train(arguments):
    """Fit each machine by persistent contrastive divergence."""
    machines = {}
    for path in arguments.frames:
        up, T = read(path)
        machine = BernoulliRBM(
            n_components=arguments.hidden,
            learning_rate=arguments.learning_rate,
            batch_size=20,
            n_iter=arguments.epochs,
            random_state=arguments.seed % 2**32,
        )
        # A frame and its sign-reversed copy are equally likely.
        machines[T] = machine.fit(np.concatenate([up, 1 - up]))
        print(f"T = {T}: {machine.score_samples(up).mean():.3f} nats per frame", flush=True)
    joblib.dump(machines, arguments.output)


def sample(arguments):
    """Write frames of independent chains, each from a random start."""
    machines = joblib.load(arguments.model)
    machine = machines[min(machines, key=lambda T: abs(T - arguments.temperature))]
    random = np.random.default_rng(arguments.seed)
    sites = machine.components_.shape[1]
    up = random.integers(0, 2, (arguments.frames, sites)).astype(float)
    for _ in range(arguments.steps):
        likely = machine.transform(up)
        hidden = random.random(likely.shape) < likely
        likely = expit(hidden @ machine.components_ + machine.intercept_visible_)
        up = (random.random(up.shape) < likely).astype(float)
    size = round(sites**0.5)
    # NumPy adds .npy to the name, which the workflow expects.
    np.save(arguments.output, up.reshape(-1, size, size).astype(np.uint8))


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(required=True)
    training = verbs.add_parser("train")
    training.add_argument("frames", nargs="+")
    training.add_argument("--hidden", type=int, default=128)
    training.add_argument("--learning-rate", type=float, default=0.02)
    training.add_argument("--epochs", type=int, default=100)
    training.set_defaults(do=train)
    sampling = verbs.add_parser("sample")
    sampling.add_argument("--model", required=True)
    sampling.add_argument("--temperature", type=float, required=True)
    sampling.add_argument("--frames", type=int, required=True)
    sampling.add_argument("--steps", type=int, default=500)
    sampling.set_defaults(do=sample)
    for verb in (training, sampling):
        verb.add_argument("--seed", type=int, required=True)
        verb.add_argument("--output", required=True)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
