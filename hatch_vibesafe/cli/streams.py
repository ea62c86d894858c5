"""The standard streams of a process that was started without some of them."""

import os
import sys

_STANDARD = 2


def open_missing() -> None:
    """Have a standard stream that is closed read nothing, and take what is written to it for nobody.

    Its descriptor is taken too: else the next file that is opened would get it, and with it what any program that is
    run prints.
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - the system's name for it has no keyword
    os.close(descriptor)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as we run
