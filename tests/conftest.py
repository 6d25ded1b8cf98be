"""What all tests share."""

from hypothesis import settings

# Slow machines make slow examples, and the same examples each time make failures repeatable.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
