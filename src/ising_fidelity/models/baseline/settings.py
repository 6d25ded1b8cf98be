"""Settings of the baselines."""

from typing import ClassVar, Literal

from pydantic import Field

from ising_fidelity.models.common.settings import AveragedTraining, LearningRate


class BaselineSettings(AveragedTraining):
    """A distribution of few parameters, see ``distributions.py``."""

    gives_probability: ClassVar[bool] = True

    family: Literal["baseline"]
    kind: Literal["spins", "tree", "couplings"] = Field(
        description="spins: independent spins of the right abs(m); tree: pairs of neighbors along "
        "a tree; couplings: the Ising model with a fitted coupling, sampled by Monte Carlo"
    )
    learning_rate: LearningRate = 4e-3
