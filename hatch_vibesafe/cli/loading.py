"""What the first question would wait for, loaded beside what comes before it: the provider's library, the ledger's."""

import contextlib
import importlib
import threading
from collections.abc import Sequence

from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Loading
from hatch_vibesafe.project import Project, provider_for
from hatch_vibesafe.spec.model import Spec


def loading(project: Project, specs: Sequence[Spec]) -> threading.Thread:
    """Begin to load what having these units written takes; nobody is asked, and what is missing is told with a save."""
    beside = threading.Thread(target=_load, args=(project, specs), name="vibesafe-loading", daemon=True)
    beside.start()
    return beside


def _load(project: Project, specs: Sequence[Spec]) -> None:
    # Whatever a library or a plugin raises, who needs it raises again in the main thread, and says what mends it.
    with contextlib.suppress(Exception):
        configs = dict.fromkeys(provider_for(project, spec.options) for spec in specs)
        for config in configs:
            provider = None if config is None else open_provider(config, project.root)
            if isinstance(provider, Loading):
                provider.load()
    if project.config.ledger.enabled:
        with contextlib.suppress(Exception):
            importlib.import_module("hatch_vibesafe.store.ledger.opening")
