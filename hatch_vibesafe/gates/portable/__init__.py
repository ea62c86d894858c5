"""Sandbox level L1: the worker inside WebAssembly, for pure Python where Linux's confinement is not to be had.

`inside.py` is what runs there, in a CPython that is compiled for WASI; `component.py` makes a component of both, once;
`host.py` is the process that runs it and speaks as any worker does.
"""
