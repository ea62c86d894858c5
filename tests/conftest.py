"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

from tests.canary import pytest_configure, pytest_runtest_makereport, pytest_sessionfinish, pytest_testnodedown

__all__ = ["pytest_configure", "pytest_runtest_makereport", "pytest_sessionfinish", "pytest_testnodedown"]

# How long an example takes says something about the machine's load, and nothing about the code: no test is timed.
# In CI the same commit draws the same examples; elsewhere each run draws others.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
    print_blob=True,
)
settings.load_profile("untimed")
