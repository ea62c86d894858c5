"""Runs the component for one job after another, each in an instance of its own, and speaks as any worker does.

It is run by itself, as `python -I -B host.py COMPONENT MEMORY`. An instance has no files, no network, no processes, no
environment, and no other memory than its own; what it may take of time and memory is limited here.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

from wasmtime import Config, Engine, Store, StoreContext, WasiConfig, WasmtimeError
from wasmtime.component import Component, Linker

TICK_SECONDS = 0.01
ANSWER_LIMIT = 32 << 20
FUNCTION, CALLBACK = "work", "answer"


class _Channel:
    """What an instance sends, up to a bound."""

    def __init__(self) -> None:
        self.content = bytearray()

    def take(self, _: StoreContext, message: bytes) -> None:
        """Keep a message."""
        self.content += len(message).to_bytes(4, "big") + bytes(message)
        if len(self.content) > ANSWER_LIMIT:
            raise WasmtimeError(f"sent more than {ANSWER_LIMIT >> 20} MiB")


class Host:
    """Instances of one component."""

    def __init__(self, component: Path, memory: int) -> None:
        self._engine = interruptible()
        self._component = Component.deserialize_file(self._engine, str(component))
        self._memory = memory
        self._channel = _Channel()
        self._linker = Linker(self._engine)
        self._linker.add_wasip2()
        with self._linker.root() as root:
            root.add_func(CALLBACK, self._channel.take)
        threading.Thread(target=self._tick, daemon=True).start()

    def run(self, shared: bytes, job: bytes, seconds: float) -> tuple[bytes, str]:
        """Return what a new instance sent that did this job, and how it ended; empty where in order."""
        self._channel.content.clear()
        deadline, ending = time.monotonic() + seconds, ""
        try:
            self._work(shared, job, seconds)
        except WasmtimeError as error:
            if time.monotonic() >= deadline:
                ending = f"did not end within {seconds:g} seconds (sandbox.timeout) and was killed"
            elif len(self._channel.content) > ANSWER_LIMIT:
                ending = f"sent more than {ANSWER_LIMIT >> 20} MiB and was killed"
            else:
                ending = f"was ended: {str(error).strip().splitlines()[-1].strip()}"
        return bytes(self._channel.content), ending

    def _work(self, shared: bytes, job: bytes, seconds: float) -> None:
        store = Store(self._engine)
        store.set_wasi(WasiConfig())
        store.set_limits(memory_size=self._memory)
        store.set_epoch_deadline(int(seconds / TICK_SECONDS) + 2)
        work = self._linker.instantiate(store, self._component).get_func(store, FUNCTION)
        if work is None:
            raise WasmtimeError(f"{FUNCTION} is not there")
        work(store, shared, job, sys.platform)

    def _tick(self) -> None:
        while True:
            time.sleep(TICK_SECONDS)
            self._engine.increment_epoch()


def interruptible() -> Engine:
    """Return an engine that ends what takes too long."""
    config = Config()
    config.epoch_interruption = True
    return Engine(config)


def main(component: Path, memory: int) -> None:
    """Answer jobs from standard input until there are no more."""
    questions, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")

    def read() -> bytes:
        return questions.read(int.from_bytes(questions.read(4), "big"))

    def write(*messages: bytes) -> None:
        for message in messages:
            results.write(len(message).to_bytes(4, "big") + message)
        results.flush()

    settings, shared = json.loads(read()), read()
    host = Host(component, memory)
    write(b"ready")
    while question := read():
        job = json.loads(question)
        seconds = job.pop("seconds", settings["timeout"])  # of which the instance is told nothing
        content, ending = host.run(shared, json.dumps(job).encode(), seconds)
        write(content, ending.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
