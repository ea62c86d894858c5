"""How a project's baked packages are made: what its configuration decides about their bytes."""

import os
from functools import partial

from hatch_vibesafe import __version__
from hatch_vibesafe.project import Project
from hatch_vibesafe.ship.bake import Recipe
from hatch_vibesafe.ship.signing import sign_statement

TOOL = f"hatch-vibesafe {__version__}"


def recipe_of(project: Project) -> Recipe:
    """Return the recipe of a project, which signs where a key is configured."""
    signing = project.config.signing
    sign = partial(sign_statement, signing=signing, environment=os.environ, root=project.root) if signing.key else None
    return Recipe(TOOL, bytecode=project.config.build.bytecode, sign=sign)
