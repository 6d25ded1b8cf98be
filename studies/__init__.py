"""Science beyond a run: python -m studies.NAME."""
