"""The device that networks compute on."""

import pytest
import torch

from ising_fidelity.exceptions import InputError
from ising_fidelity.models.common.device import compute_device


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_an_input_error():
    assert compute_device("auto") == torch.device("cpu")
    with pytest.raises(InputError, match="device: tpu; allowed are auto, cpu, cuda"):
        compute_device("tpu")
    with pytest.raises(InputError, match="device: cuda"):
        compute_device("cuda")
