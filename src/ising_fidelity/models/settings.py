"""Model settings: network, training frames and training.

A model's settings travel with its weights, in the metadata of the checkpoint.
"""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter

from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.family import families

if TYPE_CHECKING:
    ModelSettings = Training
else:
    ModelSettings = Annotated[
        reduce(or_, [family.settings for family in families().values()]),
        Field(discriminator="family"),
    ]
    """The settings of a model of any registered family."""


def parse(content: Any) -> Training:
    """Return settings from plain data; raises pydantic's ValidationError."""
    return TypeAdapter(ModelSettings).validate_python(content)
