"""How sure a pass rate is: the Wilson score interval.

Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
"""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054
"""Of 95 %: the 0.975 quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, and the interval that holds the true rate 95 times in 100.

    Attributes:
        passed: How many passed.
        total: Of how many.
        low: The interval's lower end; 0 where there were none.
        high: Its upper end; 1 where there were none.
    """

    passed: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The rate itself; None where there were none."""
        return self.passed / self.total if self.total else None


def rate(passed: int, total: int) -> Rate:
    """Return a rate with its 95 % Wilson score interval.

    Raises:
        ValueError: if there are fewer than none, or more passed than there were.
    """
    if not 0 <= passed <= total:
        msg = f"{passed} of {total} is no rate"
        raise ValueError(msg)
    if total == 0:
        return Rate(0, 0, 0.0, 1.0)
    share, square = passed / total, _Z * _Z
    scale = 1 + square / total
    middle = (share + square / (2 * total)) / scale
    reach = _Z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / scale
    # At the ends the interval touches them exactly; floating point would miss by a hair.
    low = 0.0 if passed == 0 else max(0.0, middle - reach)
    high = 1.0 if passed == total else min(1.0, middle + reach)
    return Rate(passed, total, low, high)
