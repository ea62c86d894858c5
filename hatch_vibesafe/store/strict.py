"""Read the store's own TOML strictly: every missing key, unknown key and wrong type is a problem, and all are found."""

from hatch_vibesafe.identity import Digest, parse_digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.store.plain_toml import load
from hatch_vibesafe.store.records import Scalar

_NO_DIGEST = Digest("0" * 64)


class Record:
    """One table of a file that vibesafe itself wrote.

    Every accessor returns a value of the right type, so that reading goes on after a problem; nothing that was read may
    be used where `problems` is not empty.
    """

    __slots__ = ("_path", "_seen", "_values", "file", "problems", "remedy")

    def __init__(
        self, values: dict[str, object], file: str, remedy: str, problems: list[Problem], path: str = ""
    ) -> None:
        """Read `values`, which stand at the dotted `path` of `file`; what is wrong goes to `problems`."""
        self._values = values
        self._path = path
        self._seen: set[str] = set()
        self.file = file
        self.remedy = remedy
        self.problems = problems

    def problem(self, key: str, what: str) -> None:
        """Record that the value at `key` cannot be used."""
        place = f"{self._path}.{key}" if self._path and key else self._path or key
        self.problems.append(Problem(f"{self.file}: {place}" if place else self.file, what, self.remedy))

    def names(self) -> tuple[str, ...]:
        """Return all keys, in the file's order."""
        return tuple(self._values)

    def text(self, key: str) -> str:
        """Return the string at `key`."""
        value = self._take(key, "a string")
        if isinstance(value, str):
            return value
        self._wrong_type(key, value, "a string")
        return ""

    def digest(self, key: str) -> Digest:
        """Return the SHA-256 digest at `key`."""
        value = self._take(key, "a digest")
        if isinstance(value, str):
            try:
                return Digest(parse_digest(value))
            except ValueError as error:
                self.problem(key, str(error))
        else:
            self._wrong_type(key, value, "a digest")
        return _NO_DIGEST

    def optional_digest(self, key: str) -> Digest | None:
        """Return the SHA-256 digest at `key`, or None where there is no such key."""
        return self.digest(key) if key in self._values else None

    def integer(self, key: str) -> int:
        """Return the integer at `key`."""
        value = self._take(key, "an integer")
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._wrong_type(key, value, "an integer")
        return 0

    def boolean(self, key: str) -> bool:
        """Return the truth value at `key`."""
        value = self._take(key, "true or false")
        if isinstance(value, bool):
            return value
        self._wrong_type(key, value, "true or false")
        return False

    def scalar(self, key: str) -> Scalar:
        """Return the string, number or truth value at `key`."""
        value = self._take(key, "a plain value")
        if isinstance(value, str | int | float):
            return value
        self._wrong_type(key, value, "a plain value")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of strings at `key`."""
        value = self._take(key, "a list of strings")
        if isinstance(value, list):
            texts = tuple(item for item in value if isinstance(item, str))
            if len(texts) == len(value):
                return texts
        self._wrong_type(key, value, "a list of strings")
        return ()

    def record(self, key: str) -> "Record":
        """Return the table at `key`."""
        value = self._take(key, "a table")
        if not isinstance(value, dict):
            self._wrong_type(key, value, "a table")
            value = {}
        return self._inner(value, key)

    def records(self, key: str) -> tuple["Record", ...]:
        """Return the list of tables at `key`."""
        value = self._take(key, "a list of tables")
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return tuple(self._inner(item, f"{key}[{number}]") for number, item in enumerate(value))
        self._wrong_type(key, value, "a list of tables")
        return ()

    def finish(self) -> None:
        """Record every key that nothing asked for."""
        for key in self._values:
            if key not in self._seen:
                self.problem(key, "is not a key of this file's format")

    def _inner(self, values: dict[str, object], key: str) -> "Record":
        return Record(values, self.file, self.remedy, self.problems, f"{self._path}.{key}" if self._path else key)

    def _take(self, key: str, wanted: str) -> object:
        self._seen.add(key)
        if key not in self._values:
            self.problem(key, f"is missing ({wanted} is expected)")
            return None
        return self._values[key]

    def _wrong_type(self, key: str, value: object, wanted: str) -> None:
        if value is not None:
            self.problem(key, f"is {type(value).__name__} {value!r:.80}, where {wanted} is expected")


def parse(content: bytes, file: str, remedy: str, problems: list[Problem], format_number: int) -> Record | None:
    """Return the top-level table of a file's bytes; None where they are no TOML or of another format number.

    `file` and `remedy` are named in the problems.
    """
    try:
        values = load(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        problems.append(Problem(file, f"is not UTF-8 (byte {error.start})", remedy))
        return None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; so is an absurdly long number
        problems.append(Problem(file, f"is not whole TOML: {error}", remedy))
        return None
    record = Record(values, file, remedy, problems)
    found = len(problems)
    number = record.integer("format")
    if len(problems) > found:
        return None
    if number != format_number:
        what = f"is {number}; this version of vibesafe reads format {format_number}"
        remedy = "pip install --upgrade hatch-vibesafe" if number > format_number else remedy
        problems.append(Problem(f"{file}: format", what, remedy))
        return None
    return record
