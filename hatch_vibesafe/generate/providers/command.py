"""Any program: the prompt on its standard input, the answer on its standard output."""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hatch_vibesafe.generate.providers.failures import Failure, ProviderUnusableError, RequestFailedError
from hatch_vibesafe.generate.providers.program import Finished, Programs
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.providers.redact import one_line
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.redact import SHORTEST_SECRET, without
from hatch_vibesafe.store.records import Answer
from hatch_vibesafe.unexpected import reason

TRY_AGAIN = 75
"""The exit code that says that another try may help: EX_TEMPFAIL of sysexits.h."""

_HARMLESS = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR", "TEMP", "TMP"}
    | {"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "SSL_CERT_DIR", "SSL_CERT_FILE"}
    | {"SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "USERPROFILE"}
)


class Command:
    """Runs one program for each question, in the project's root, in a process group of its own."""

    def __init__(self, config: ProviderConfig, root: Path) -> None:
        """Ask what `config` names; a path in it is relative to `root`."""
        self._config = config
        self._root = root
        self._programs = Programs()

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        return "command"

    @property
    def continues(self) -> bool:
        """A program begins an answer of its own."""
        return False

    def ask(self, request: Request) -> Answer:
        """Return what the program wrote.

        Raises:
            RequestFailedError: if it failed, took too long or wrote what is no text.
            ProviderUnusableError: if it cannot be started, or a variable that it is to get is not set.
        """
        given = self._environment(os.environ)
        secrets = [given[name] for name in self._config.environment if len(given[name]) >= SHORTEST_SECRET]
        sent = dict(request.sent)
        arguments = self._config.arguments(sent)
        try:
            done = self._programs.run(
                arguments, _text(request).encode("utf-8", "replace"), given, self._root, self._config.timeout
            )
        except InterruptedError:
            raise self._failed(Failure("was not asked any more", "run the command again"), secrets) from None
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else reason(error)
            what = one_line(_redacted(f"{arguments[0]} cannot be started: {said}", secrets))
            remedy = f"install it, or mend command in {self._settings}"
            raise ProviderUnusableError(Problem(self._settings, what, remedy)) from None
        outcome = self._outcome(done)
        if isinstance(outcome, Failure):
            raise self._failed(outcome, secrets)
        return Answer(_redacted(outcome, secrets), str(sent.get("model", self._config.model)))

    def close(self) -> None:
        """Kill what is running."""
        self._programs.close()

    def _environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        missing = [name for name in self._config.environment if name not in environment]
        if missing:
            problems = [
                Problem(f"{self._settings} environment", f"the variable {name} is not set", f"set {name}")
                for name in missing
            ]
            raise ProviderUnusableError(*problems)
        named = _HARMLESS | {*self._config.environment}
        return {name: value for name, value in environment.items() if name in named or name.startswith("LC_")}

    def _outcome(self, done: Finished) -> str | Failure:
        if self._programs.closed and done.code == -signal.SIGKILL:
            return Failure("was ended, for nothing more is asked", "run the command again")
        if done.too_large:
            return Failure("wrote more than 16 MiB", f"mend command in {self._settings}")
        if not done.in_time:
            what = f"did not answer within {self._config.timeout:g} s, and was killed"
            return Failure(what, f"raise timeout in {self._settings}", again=True)
        complaint = done.complaint.decode(errors="replace").strip()
        said = f": {complaint}" if complaint else ""
        if done.code:
            ending = _ending(done.code)
            return Failure(
                f"{ending}{said}", f"run {self._config.command[0]} by hand to see why", again=done.code == TRY_AGAIN
            )
        try:
            return done.output.decode()
        except UnicodeDecodeError as error:
            return Failure(f"wrote what is not UTF-8: byte {error.start}", f"mend command in {self._settings}")

    def _failed(self, failure: Failure, secrets: Sequence[str]) -> RequestFailedError:
        what = one_line(_redacted(failure.what, secrets))
        where = f"{self._settings} {self._config.command[0]}"
        return RequestFailedError(Problem(where, what, failure.remedy), failure=replace(failure, what=what))

    @property
    def _settings(self) -> str:
        return f"[provider.{self._config.name}]"


def _text(request: Request) -> str:
    """Return a conversation as one text: of one message it is its content, of several each has its role above it."""
    if len(request.messages) == 1:
        return request.messages[0].content
    return "\n".join(f"[{message.role}]\n{message.content.rstrip()}\n" for message in request.messages)


def _ending(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _redacted(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = without(text, secret)
    return text
