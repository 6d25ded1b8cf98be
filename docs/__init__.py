"""The documentation that is generated."""
