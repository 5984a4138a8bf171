"""Use cases of the numbers."""
