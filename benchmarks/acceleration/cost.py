"""The cost of every model in floating point operations; nothing is timed."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.harness import Act, table
from ising_fidelity.config.run import Config
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.family import family_of
from ising_fidelity.models.gan import networks

ASSUMED = 2e14
"""Floating point operations per second, a quarter of the rate of a large product in bfloat16 on a
GPU of the Hopper class."""


def operations(settings: Training, lattice_size: int) -> tuple[float, float]:
    """Return floating point operations per frame, in training and in one pass of sampling.

    Training of a GAN counts a batch with one step of the critic, and its share of generator steps.
    """
    with FakeTensorMode():
        network = family_of(settings).build_network(settings, lattice_size)
        T = torch.ones(1)
        frame = torch.ones(1, 1, lattice_size, lattice_size)
        if settings.chain_options:
            one_pass = counted(lambda: network(frame, torch.ones(1), T))
            return counted(lambda: network(frame, torch.ones(1), T).sum().backward()), one_pass
        critic = networks.Critic(settings, lattice_size)
        network.eval()
        critic.eval()  # batch norm needs more than one frame in training
        generated = counted(lambda: network(torch.ones(1, settings.latent), T))
        judged = counted(lambda: critic(frame, T))
        # The critic forward and backward on both frames; the generator backward through the critic.
        step = generated + 6 * judged
        return step + (3 * generated + 2 * judged) / settings.critic_steps, generated


def counted(act: Act) -> float:
    with FlopCounterMode(display=False) as counter:
        act()
    return float(counter.get_total_flops())


def images(settings: Training, frames: int, chains: int, epochs: int) -> tuple[int, int]:
    """Return the number of training frames of a model, and of images of them in training.

    Parameters
    ----------
    frames, chains
        Numbers of the training source at each temperature.
    """
    draws = settings.draws_used(chains, frames // chains)
    own = settings.draws_seen(draws) * chains * len(settings.training_temperatures)
    turned = 2 if settings.augmentation == "flip" else 1
    return own, epochs * (settings.images_per_epoch or own * turned)


def cost(run: Config) -> str:
    """Return the cost of every model, in operations and in minutes at the assumed rate."""
    rows = []
    for name, settings in run.trained_models.items():
        trained, one_pass = operations(settings, run.lattice_size)
        source = run.chains[run.trained_on(name)]
        _, seen = images(settings, source.frames, source.chains, settings.epochs)
        passes = run.sampling.frames
        if settings.chain_options:
            sampler = family_of(settings).make_sampler()
            steps = sampler.length(settings, run.sampling)
            passes *= sampler.evaluations(settings, run.sampling, steps)
        passes += 125 * (settings.chain_length or 0)
        sampled = passes * len(run.temperatures) * one_pass
        rows.append(
            [
                name,
                f"{trained / 1e9:.3g}",
                f"{seen:,}",
                *(f"{trained * seen:.2g}", f"{trained * seen / ASSUMED / 60:.2g}"),
                *(f"{sampled:.2g}", f"{sampled / ASSUMED / 60:.2g}"),
            ]
        )
    headings = ["model", "GFLOP per image trained", "images"]
    headings += ["training, FLOP", "minutes", "sampling, FLOP", "minutes "]
    return (
        f"Floating point operations as torch.utils.flop_counter counts them, and minutes at an "
        f"assumed {ASSUMED / 1e12:.0f} Tflop/s: {run.sampling.frames} frames of "
        f"{run.sampling.sampling_steps} steps and 125 of all steps at {len(run.temperatures)} "
        "temperatures. Optimisers, held-out losses (4 %), start-up and compiling (a minute or two) "
        f"are not counted.\n\n{table(headings, rows)}"
    )
