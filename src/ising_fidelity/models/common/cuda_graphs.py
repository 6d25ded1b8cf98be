"""GPU work that is recorded once and then replayed as a whole (a CUDA graph)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

WARM_UP = 3
"""Calls before the recording, in which kernels are compiled and selected."""


@dataclass(frozen=True)
class _Recording:
    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    output: Tensor


class Recorded:
    """A function of GPU tensors, replayed without Python from its fourth call on.

    Launching hundreds of small kernels one by one takes longer than running them. The work must be
    identical in every call with inputs of the same shapes: it reads nothing back to the CPU, and
    changes its state, such as weights, in place.

    The next call overwrites the output. ``generator`` supplies the random numbers of the work.
    """

    def __init__(
        self, work: Callable[..., Tensor], generator: torch.Generator | None = None
    ) -> None:
        self.work, self.generator = work, generator
        self.stream = torch.cuda.Stream()
        self.calls: dict[tuple[object, ...], int] = {}
        self.recordings: dict[tuple[object, ...], _Recording] = {}

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Return the output of the work for these inputs."""
        key = torch.is_autocast_enabled("cuda"), *(given.shape for given in inputs)
        count = self.calls[key] = self.calls.get(key, 0) + 1
        if count <= WARM_UP:  # on the recording's stream, as gradients remember their stream
            self.stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self.stream):
                output = self.work(*inputs)
            torch.cuda.current_stream().wait_stream(self.stream)
            return output
        if key not in self.recordings:
            self.recordings[key] = self._record(inputs)
        recording = self.recordings[key]
        for place, given in zip(recording.inputs, inputs, strict=True):
            place.copy_(given)
        recording.graph.replay()
        return recording.output

    def _record(self, inputs: tuple[Tensor, ...]) -> _Recording:
        places = [given.clone() for given in inputs]
        graph = torch.cuda.CUDAGraph()
        if self.generator is not None:
            graph.register_generator_state(self.generator)
        with torch.cuda.graph(graph, stream=self.stream):
            output = self.work(*places)
        return _Recording(graph, places, output)
