"""Recorded work: when it is recorded and replayed, and, on a GPU, that training is unchanged."""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from ising_fidelity.models.common import cuda_graphs
from ising_fidelity.models.common.cuda_graphs import WARM_UP, Recorded
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.training import loop


class Graph:
    """In place of a CUDA graph: counts how often it is replayed."""

    replays = 0
    generator = None

    def register_generator_state(self, generator):
        self.generator = generator

    def replay(self):
        self.replays += 1


@pytest.fixture
def stand_in(monkeypatch):
    """Replace the CUDA functions, for machines without a GPU."""

    @contextmanager
    def graph(_graph, stream):
        yield

    stream = SimpleNamespace(wait_stream=lambda other: None)
    for name, value in {
        "Stream": lambda: stream,
        "current_stream": lambda: stream,
        "stream": lambda _: nullcontext(),
        "CUDAGraph": Graph,
        "graph": graph,
    }.items():
        monkeypatch.setattr(cuda_graphs.torch.cuda, name, value)


def test_work_is_done_until_it_is_recorded_and_then_replayed(stand_in):
    done = []

    def work(x):
        done.append(x)
        return 2 * x

    generator = torch.Generator()
    quick = Recorded(work, generator)
    for number in range(WARM_UP):
        assert quick(torch.full((2,), float(number))).tolist() == [2 * number] * 2
    assert len(done) == WARM_UP
    quick(torch.full((2,), 7.0))
    quick(torch.full((2,), 8.0))
    assert len(done) == WARM_UP + 1
    (recording,) = quick.recordings.values()
    assert recording.graph.replays == 2
    assert recording.graph.generator is generator
    assert recording.inputs[0].tolist() == [8, 8]
    assert recording.inputs[0] is done[-1]


def test_every_shape_has_a_recording_of_its_own(stand_in):
    quick = Recorded(lambda x: x.sum())
    for size in (2, 3):
        for _ in range(WARM_UP + 1):
            quick(torch.ones(size))
    assert [list(one.inputs[0].shape) for one in quick.recordings.values()] == [[2], [3]]
    assert [float(one.output) for one in quick.recordings.values()] == [2, 3]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_replayed_training_comes_to_what_training_comes_to(tmp_path):
    rng = np.random.default_rng(1)
    spins = {T: rng.choice(np.array([-1, 1], np.int8), (1, 40, 16, 16)) for T in (1.8, 2.6)}
    losses = []
    for compiled in (False, True):
        settings = DiffusionSettings(
            family="diffusion",
            training_temperatures=["1.80", "2.60"],
            network={"width": 8, "embedding": 32},
            diffusion_steps=50,
            epochs=4,
            batch_size=8,
            compile=compiled,
        )
        trained = loop.train(
            settings, spins, 1, torch.device("cuda"), tmp_path / f"{compiled}.pt", "test"
        )
        losses.append(trained.history["loss"])
    np.testing.assert_allclose(*losses, rtol=0.01)
