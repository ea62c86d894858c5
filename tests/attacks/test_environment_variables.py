"""An environment variable is set that might loosen the check: ours, and Python's.

Who: whoever can set a variable of the program's environment. What stops it: no value of ours loosens anything, and an
unknown one is an error; of Python's, none changes which bytes are compared.
"""

import py_compile
import sys

import pytest

from tests.attacks.conftest import CALL, IMPLEMENTATION, Corpus, Installed, Threat, forge, judge

THREAT = Threat(
    attack="an environment variable that might loosen the check",
    at_import="refused",
    by_verify="found",
    with_key="refused",
    with_guard="refused",
    by="no variable loosens; an unknown value of `VIBESAFE_ENV` is an error",
)

OTHER_KEY = "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"  # of RFC 8032, section 7.1

HARMLESS = {
    "VIBESAFE_ENV": "dev",
    "VIBESAFE_PROVIDER": "default",
    "VIBESAFE_VERIFY": "0",
    "VIBESAFE_DISABLE": "1",
    "VIBESAFE_SKIP_VERIFY": "1",
    "VIBESAFE_MODE": "dev",
    "VIBESAFE_ROOT": "/",
    "HATCH_BUILD_NO_HOOKS": "1",
    "OPENAI_API_KEY": "x",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
    "PYTHONDEVMODE": "1",
    "PYTHONCASEOK": "1",
    "PYTHONNODEBUGRANGES": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONMALLOC": "malloc",
    "PYTHONWARNINGS": "ignore",
    "PYTHONINTMAXSTRDIGITS": "0",
}
ONE_BY_ONE = [HARMLESS, {"VIBESAFE_ENV": "prod"}, {"PYTHONOPTIMIZE": "2"}, {"PYTHONPYCACHEPREFIX": "{root}/caches"}]


@pytest.mark.parametrize("variables", ONE_BY_ONE, ids=lambda variables: next(reversed(variables)))
def test_no_variable_loosens_the_check(corpus: Corpus, variables: dict[str, str]) -> None:
    def attack(shop: Installed) -> None:
        shop.variables |= {name: value.format(root=shop.root) for name, value in variables.items()}
        shop.write(IMPLEMENTATION, shop.evil_total())

    corpus.try_out(THREAT, attack, where="pricing__total.py")


@pytest.mark.parametrize("value", ["", "production", "PROD", "prod ", "off", "0", "none", "development"])
def test_an_unknown_mode_is_refused(corpus: Corpus, value: str) -> None:
    shop = corpus.copy()
    shop.variables["VIBESAFE_ENV"] = value
    judge(shop, "refused", "VIBESAFE_ENV", "VibesafeConfigurationError")


@pytest.mark.parametrize("value", ["", " ", ",", "none", "*", "0", "ed25519:", "ed25519:" + "0" * 64, "false"])
def test_no_value_makes_every_key_trusted(corpus: Corpus, value: str) -> None:
    shop = corpus.copy("signed")
    shop.variables["VIBESAFE_TRUSTED_KEYS"] = value
    judge(shop, "refused", "VIBESAFE_TRUSTED_KEYS", "VibesafeConfigurationError")


def test_a_variable_does_not_overrule_the_keys_file_of_the_deployment(corpus: Corpus) -> None:
    shop = corpus.copy("signed")
    shop.write(shop.root / "etc/vibesafe/trusted-keys", f"{shop.variables.pop('VIBESAFE_TRUSTED_KEYS')}\n")
    judge(shop, "no effect")
    for other in ({"VIBESAFE_TRUSTED_KEYS": OTHER_KEY}, {"PYTHONHOME": sys.base_prefix, "PYTHONPATH": str(shop.site)}):
        changed = Installed(shop.root, other)
        forge(changed, {IMPLEMENTATION: changed.evil_total()})
        judge(changed, "refused")


def test_caches_elsewhere_are_not_read(corpus: Corpus) -> None:
    shop = corpus.copy()
    shop.variables["PYTHONPYCACHEPREFIX"] = str(shop.root / "caches")
    shop.arguments = ("-c", f"import calc; {CALL}")
    source = shop.write(shop.root / "other.py", shop.evil_total())
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    cache = f"{shop.root}/caches{shop.site / IMPLEMENTATION}".replace(".py", f".{sys.implementation.cache_tag}.pyc")
    py_compile.compile(str(source), cfile=cache, invalidation_mode=unchecked, doraise=True)
    judge(shop, "no effect")
