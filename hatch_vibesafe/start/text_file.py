"""A file of the user's as text that can be edited: byte order mark and line endings are put back as they were."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.store.files import problem_of, quoted

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class TextFile:
    r"""A file as it is on disk.

    Attributes:
        path: Where it is.
        content: Its bytes; None where there is no file.
        text: Its text without byte order mark, lines ended by `\n` alone.
    """

    path: Path
    content: bytes | None
    text: str

    def edited(self, text: str) -> bytes:
        """Return the bytes of the file with another text.

        A line that was there keeps its own ending; a new one gets the ending that most of the others have.
        """
        if self.content is None:
            return text.encode()
        original = self.content.decode()
        mark = _MARK if original.startswith(_MARK) else ""
        pieces = re.split(r"(\r?\n)", original.removeprefix(mark))
        old, endings = pieces[::2], pieces[1::2]
        usual = "\r\n" if endings.count("\r\n") * 2 > len(endings) else "\n"
        new = text.split("\n")
        written = [usual] * (len(new) - 1)
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            for place in range(block.size):
                if block.a + place < len(endings) and block.b + place < len(written):
                    written[block.b + place] = endings[block.a + place]
        return (mark + "".join(line + ending for line, ending in zip(new, [*written, ""], strict=True))).encode()


def read_text_file(path: Path) -> TextFile:
    """Return a file of the user's; one without content where there is none.

    Raises:
        VibesafeConfigurationError: if it is a symbolic link or no file, cannot be read, or is not UTF-8.
    """
    if path.is_symlink():
        what = f"is a symbolic link to {path.readlink()}, and would be replaced by a file"
        remedy = (
            f"run it where that file is, or put a file here: cp --remove-destination $(readlink -f {quoted(path)}) "
        )
        raise VibesafeConfigurationError(Problem(str(path), what, remedy + quoted(path)))
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return TextFile(path, None, "")
    except OSError as error:
        raise VibesafeConfigurationError(problem_of(error, path, "read")) from error
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        what = f"is not UTF-8: byte {error.start}"
        raise VibesafeConfigurationError(Problem(str(path), what, "save it as UTF-8")) from error
    return TextFile(path, content, text.removeprefix(_MARK).replace("\r\n", "\n"))
