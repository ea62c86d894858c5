"""Whether a module was installed from a wheel, or lies in a source checkout."""

import csv
from pathlib import Path


def is_installed(source: Path) -> bool:
    """Return whether an installed distribution beside a module says that it brought it.

    Its `RECORD` (PEP 376, "Recording installed projects") lists the file, relative to the directory that holds the
    `.dist-info`. An editable install lists none of the checkout's modules. Works wherever the wheel was unpacked to:
    `site-packages`, `pip install --target`, a copied directory.
    """
    return any(
        _lists(record, source.relative_to(directory).as_posix())
        for directory in source.parents
        for record in directory.glob("*.dist-info/RECORD")
    )


def _lists(record: Path, path: str) -> bool:
    try:
        with record.open(encoding="utf-8", newline="") as lines:
            return any(row and row[0] == path for row in csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error):
        # A record that cannot be read proves nothing; with no baked package, refusing is the safe answer.
        return True
