"""Hypothesis tries the same examples on every machine, and keeps no files."""

from hypothesis import settings

settings.register_profile("laws", derandomize=True, database=None, deadline=None, max_examples=40)
settings.load_profile("laws")
