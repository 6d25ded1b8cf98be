"""Frames that small models are trained on."""

import numpy as np
import pytest


@pytest.fixture
def frames():
    random = np.random.default_rng(3)
    cold = np.ones((1, 16, 8, 8), np.int8)
    return {1.0: cold, 4.0: random.choice(np.array([-1, 1], np.int8), (1, 16, 8, 8))}
