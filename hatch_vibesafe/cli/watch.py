"""`vibesafe watch`: work through each save as it happens, until Ctrl-C."""

import time
from collections.abc import Sequence

import click

from hatch_vibesafe.cli import options
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.loading import loading
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.cli.watching.changes import View, changes, kept, with_states
from hatch_vibesafe.cli.watching.files import Snapshot, changed_files, snapshot, wait_for_change
from hatch_vibesafe.cli.watching.telling import Teller
from hatch_vibesafe.cli.watching.work import work
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import Project


@click.command(name="watch", epilog="Examples:  vibesafe watch   |   vibesafe watch --no-compile --target app.math")
@options.target
@click.option("--no-compile", is_flag=True, help="Ask nobody: gate what is active under the spec as it is now.")
@options.allow_unsandboxed
@click.option("--json", "as_json", is_flag=True, help="Tell it in JSON lines, one an event (docs/watch-and-repl.md).")
def command(targets: tuple[str, ...], *, no_compile: bool, allow_unsandboxed: bool, as_json: bool) -> int:
    """Scan again at each save, have written what changed where a provider is configured, and gate it; Ctrl-C ends it.

    Where no provider is configured, or with --no-compile, what is active is gated under the spec as it is now. Nothing
    becomes active: `vibesafe save` does that. What stood as it was when the watch began is left alone.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    announce(session.project.config)
    Watch(session, targets, Teller(as_json), compiles=not no_compile, allow_unsandboxed=allow_unsandboxed).run()
    return 0


class Watch:
    """One watch: what was last seen on disk, and what was last understood of it."""

    def __init__(
        self, session: Session, targets: Sequence[str], teller: Teller, *, compiles: bool, allow_unsandboxed: bool
    ) -> None:
        self._project: Project = session.project
        self._targets = targets
        self._teller = teller
        self._compiles = compiles
        self._allow_unsandboxed = allow_unsandboxed
        self._view = _view(session)
        # Scanned again behind the snapshot: what was saved since the first scan is no change that waits to be seen.
        self._seen: Snapshot = snapshot(session.project)
        _, self._view = self._scanned()

    def run(self) -> None:
        """Work through each change; ends by an interrupt alone."""
        self._teller.began(self._project.root.name, _states(self._view))
        if self._view.problems:
            self._teller.problems(self._view.problems)
        if self._compiles:
            loading(self._project, list(self._view.specs.values()))
        while True:
            now = wait_for_change(self._project, self._seen)
            files, self._seen = changed_files(self._seen, now), now
            self.work_through(files)

    def work_through(self, files: Sequence[str]) -> None:
        """Scan again, tell what changed, and have it written and gated."""
        started = time.monotonic()
        session, now = self._scanned()
        if now.problems != self._view.problems:
            self._teller.problems(now.problems)
        found = changes(self._view, now)
        self._view = now
        if session is None or not found:
            return
        self._project = session.project
        self._teller.changed(files, found)
        waiting = {change.unit for change in found if change.is_work}
        try:
            work(
                session, [spec for spec in session.specs if spec.unit in waiting], self._teller, compiles=self._compiles
            )
        except VibesafeError as error:
            self._teller.problems(error.problems)
        if waiting:
            _, later = self._scanned()
            self._view = with_states(now, later)
        self._teller.settled(_states(self._view), time.monotonic() - started)

    def _scanned(self) -> tuple[Session | None, View]:
        """Return the project as it is now; what was understood before, with the problems, where it cannot be read.

        What cannot be read because it is being changed right now will be seen changed in a moment: that is no problem.
        """
        try:
            session = open_session(self._targets, allow_unsandboxed=self._allow_unsandboxed)
        except VibesafeError as error:
            if snapshot(self._project) != self._seen:
                return None, self._view
            return None, View(self._view.specs, self._view.invalid, self._view.states, _once(error.problems))
        return session, kept(self._view, _view(session))


def _view(session: Session) -> View:
    return View(
        {spec.unit: spec for spec in session.specs},
        {unit.unit: unit for unit in session.invalid},
        session.statuses,
        _once(session.scan.problems),
    )


def _once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


def _states(view: View) -> dict[UnitId, str]:
    return {unit: view.state(unit) for unit in sorted({*view.specs, *view.invalid})}
