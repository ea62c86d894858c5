"""`pytest --vibesafe`: what pytest finds by our entry point. Where nobody asks for it, it adds its options alone."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("vibesafe", "functions written by a model")
    group.addoption(
        "--vibesafe",
        action="store_true",
        help="Also collect each unit's doctests, contracts and properties as tests, judged by the gates.",
    )
    group.addoption(
        "--vibesafe-target",
        action="append",
        default=[],
        metavar="UNIT|MODULE|GLOB",
        help="With --vibesafe: only these units. Repeatable.",
    )
    group.addoption(
        "--vibesafe-candidate",
        action="append",
        nargs="?",
        const="",
        default=[],
        metavar="FILE|UNIT=FILE",
        help="Judge the module in FILE instead of what is active, and its unit alone; without FILE, what "
        "`vibesafe save` would make active. Says --vibesafe too. Repeatable.",
    )
    group.addoption(
        "--vibesafe-allow-unsandboxed",
        action="store_true",
        help="With --vibesafe: run generated code even where this machine cannot confine it as the project requires.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the rest where it is asked for."""
    config.addinivalue_line("markers", "vibesafe: judged by the gates of vibesafe")
    if config.getoption("vibesafe") or config.getoption("vibesafe_candidate"):
        from hatch_vibesafe.pytest_units.plugin import begin  # noqa: PLC0415 - slow to load, and needed only here

        begin(config)
