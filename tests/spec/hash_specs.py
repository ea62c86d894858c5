"""Print the spec hashes of the projects that stand on standard input; run under every Python by the tests.

Input: a JSON list of projects, each an object of module names and texts. Output: for each an object of unit ids and
hashes.
"""

import json
import sys

from hatch_vibesafe.spec.model import SourceFile, UnitSettings
from hatch_vibesafe.spec.scan import scan

SETTINGS = UnitSettings("function.md", "write it\n", (("model", "m"), ("seed", 7), ("temperature", 0.2)))


def hashes(project: dict[str, str]) -> dict[str, str]:
    """Return the hash, or the problems, of every unit."""
    files = [
        SourceFile(name, f"{name}.py", text.encode(), any(other.startswith(f"{name}.") for other in project))
        for name, text in project.items()
    ]
    found = scan(files, lambda _: SETTINGS)
    problems = {problem.where: problem.what for problem in found.all_problems}
    return {str(spec.unit): spec.spec_hash for spec in found.specs} | problems


if __name__ == "__main__":
    json.dump([hashes(project) for project in json.load(sys.stdin)], sys.stdout)
