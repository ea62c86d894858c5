"""What holds for every test."""

from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine's load, and nothing about the code: no test is timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
