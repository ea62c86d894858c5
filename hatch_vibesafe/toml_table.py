"""A TOML table that is being read: typed access, with every wrong key collected under its full path."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from urllib.parse import urlsplit

from hatch_vibesafe.problems import Problem

DAY = 86_400.0


class Table:
    """One table of a configuration file.

    Every accessor returns a usable value, so that reading goes on after a problem and all of them are found at once.
    """

    def __init__(self, values: Mapping[str, object], file: str, path: str, problems: list[Problem]) -> None:
        """Read `values`, which stand at the dotted `path` of `file`; what is wrong goes to `problems`."""
        self._values = values
        self._file = file
        self._path = path
        self._problems = problems
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        """Return whether a key stands in the file."""
        return key in self._values

    def names(self) -> Iterator[str]:
        """Return the keys that stand in the file, in its order; asking for them makes them known."""
        self._known += self._values
        return iter(self._values)

    def problem(self, key: str, what: str, remedy: str) -> None:
        """Record that the value at `key` cannot be used."""
        self._problems.append(Problem(f"{self._file} {self._dotted(key)}", what, remedy))

    def refuse_unknown(self) -> None:
        """Record every key that nothing asked for."""
        for key in self._values:
            if key not in self._known:
                near = get_close_matches(key, self._known, n=1)
                remedy = f"write {near[0]!r}" if near else f"remove it; known here: {', '.join(sorted(self._known))}"
                self.problem(key, "is not a key that vibesafe knows", remedy)

    def table(self, key: str) -> "Table":
        """Return the table at `key`, an empty one where there is none."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self._wrong_type(key, value, "a table")
            value = None
        return Table(value or {}, self._file, self._dotted(key), self._problems)

    def text(self, key: str, default: str | None) -> str:
        """Return the string at `key`; without a default it has to stand there."""
        value = self.optional_text(key)
        if value is not None:
            return value
        if default is None:
            if key not in self._values:
                self.problem(key, "is missing", f'add {key} = "..."')
            return ""
        return default

    def optional_text(self, key: str, *, shown: bool = True) -> str | None:
        """Return the string at `key`, or None; what may be a secret is not `shown` in a problem."""
        value = self._take(key)
        if value is None or (isinstance(value, str) and value):
            return value
        self.problem(key, f"is {value!r}" if shown else "is something else", "write a string that is not empty")
        return None

    def optional_address(self, key: str) -> str | None:
        """Return the address at `key`, absolute, of HTTP and with a host, or None. Source: RFC 3986, section 3.2."""
        value = self.optional_text(key)
        if value is not None and not _is_address(value):
            self.problem(key, f"is {value!r}", "write http:// or https://, a host, and a port from 1 to 65535 if any")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None) -> str:
        """Return the string at `key`, which has to be one of `choices`."""
        value = self.text(key, default)
        if value and value not in choices:
            near = get_close_matches(value, choices, n=1)
            remedy = f"write {near[0]!r}" if near else f"choose from {', '.join(map(repr, choices))}"
            self.problem(key, f"is {value!r}, which vibesafe does not know", remedy)
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return the list of strings at `key`."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, list):
            texts = tuple(item for item in value if isinstance(item, str))
            if len(texts) == len(value):
                return texts
        self._wrong_type(key, value, "a list of strings")
        return default

    def boolean(self, key: str, *, default: bool) -> bool:
        """Return the truth value at `key`."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self._wrong_type(key, value, "true or false")
        return default

    def optional_number(self, key: str) -> float | None:
        """Return the number at `key`, or None."""
        value = self._take(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)):
            return None if value is None else float(value)
        self._wrong_type(key, value, "a number")
        return None

    def optional_integer(self, key: str) -> int | None:
        """Return the integer at `key`, or None."""
        value = self._take(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._wrong_type(key, value, "an integer")
        return None

    def positive(self, key: str, default: float) -> float:
        """Return the number at `key`, which has to be above zero."""
        value = self.optional_number(key)
        if value is not None and value <= 0:
            self.problem(key, f"is {value:g}", "write a number above zero")
            return default
        return default if value is None else value

    def seconds(self, key: str, default: float) -> float:
        """Return the seconds at `key`, above zero and not more than a day: what is far longer no clock can wait for."""
        value = self.positive(key, default)
        if value > DAY:
            self.problem(key, f"is {value:g}", f"write seconds, at most {DAY:g} (a day)")
            return default
        return value

    def positive_integer(self, key: str, default: int) -> int:
        """Return the integer at `key`, which has to be above zero."""
        value = self.optional_integer(key)
        if value is not None and value <= 0:
            self.problem(key, f"is {value}", "write an integer above zero")
            return default
        return default if value is None else value

    def scalars(self) -> tuple[tuple[str, str | int | float | bool], ...]:
        """Return every key of the table with its value, sorted; each has to be a string, a number, or true or false."""
        self._known += self._values
        plain = {key: value for key, value in self._values.items() if isinstance(value, str | int | float)}
        for key, value in self._values.items():
            if key not in plain:
                self._wrong_type(key, value, "a string, a number, true or false")
        return tuple(sorted(plain.items()))

    def _take(self, key: str) -> object:
        self._known.append(key)
        return self._values.get(key)

    def _dotted(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _wrong_type(self, key: str, value: object, wanted: str) -> None:
        self.problem(key, f"is {value!r}", f"write {wanted}")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port  # raises where it is no number, or too large
    except ValueError:
        return False
    is_plain = text.isprintable() and " " not in text
    return is_plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
