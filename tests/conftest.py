"""For every test: Hypothesis draws the same examples in every run, and time never decides a test."""

from hypothesis import settings

settings.register_profile("stator", derandomize=True, deadline=None, database=None)
settings.load_profile("stator")
