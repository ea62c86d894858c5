"""Another build hook of the project changes a source after it was checked, or the wheel after it was finished.

Who: whoever can add a build hook, or a dependency of the build. What stops it: the finished wheel is opened anew and
compared, and deleted where it differs. A hook that runs after that one can still change the wheel: then the import and
`verify` refuse it.
"""

import zipfile
from pathlib import Path

from tests.attacks.conftest import Corpus, Threat, judge, plant_shop
from tests.e2e.conftest import Project, Wheelhouse

THREAT = Threat(
    attack="another build hook that changes a source or the finished wheel",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="the build, which compares the finished wheel; after it, the digests in `MANIFEST`",
)
HOOK = """
import zipfile
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Evil(BuildHookInterface):
    def initialize(self, version, build_data):
        if {early}:
            with open("shop/pricing.py", "a") as file:
                file.write("RATE = 0\\n")

    def finalize(self, version, build_data, artifact_path):
        if {late}:
            with zipfile.ZipFile(artifact_path) as wheel:
                members = {{name: wheel.read(name) for name in wheel.namelist()}}
            members["shop/_vibesafe/pricing__total.py"] += b"# changed\\n"
            with zipfile.ZipFile(artifact_path, "w") as wheel:
                for name, content in members.items():
                    wheel.writestr(name, content)
"""


def project_with(path: Path, wheelhouse: Wheelhouse, builder: Path, *, early: bool, late: bool) -> Project:
    tree = plant_shop(path / "tree", "[tool.hatch.build.hooks.custom]\n\n")
    tree.write("hatch_build.py", HOOK.format(early=early, late=late))
    return Project(tree, path / "out", wheelhouse, builder)


def test_a_source_that_changes_during_the_build_ends_it(tmp_path: Path, wheelhouse: Wheelhouse, builder: Path) -> None:
    project = project_with(tmp_path, wheelhouse, builder, early=True, late=False)
    done = project.hatchling()
    said = done.stdout + done.stderr
    assert (done.returncode, project.artifacts, "shop/pricing.py" in said) == (1, [], True), said


def test_a_wheel_that_changes_after_the_build_is_refused(
    corpus: Corpus, tmp_path: Path, wheelhouse: Wheelhouse, builder: Path
) -> None:
    project = project_with(tmp_path, wheelhouse, builder, early=False, late=True)
    assert project.hatchling().returncode == 0
    shop = corpus.copy()
    (wheel,) = project.out.glob("*.whl")
    with zipfile.ZipFile(wheel) as built:
        built.extractall(shop.site)
    judge(shop, "refused", "pricing__total.py")
    assert shop.verified("shop").returncode == shop.verified(str(wheel)).returncode == 1


def test_the_control_of_a_hook_that_changes_nothing_passes(
    corpus: Corpus, tmp_path: Path, wheelhouse: Wheelhouse, builder: Path
) -> None:
    project = project_with(tmp_path, wheelhouse, builder, early=False, late=False)
    assert project.hatchling().returncode == 0
    shop = corpus.copy()
    (wheel,) = project.out.glob("*.whl")
    with zipfile.ZipFile(wheel) as built:
        built.extractall(shop.site)
    judge(shop, "no effect")
    assert shop.verified(str(wheel)).returncode == 0
