from pydantic import StrictInt


def loads(grams: list[StrictInt], limit: int = 30_000) -> list[list[int]]:
    """Distribute parcels over as few loads as come out when each joins the first load that has room for it, in order.

    Requires:
        limit > 0
        all(0 < each <= limit for each in grams)
    Ensures:
        all(sum(load) <= limit for load in result)
        sorted(each for load in result for each in load) == sorted(grams)

    >>> loads([10, 20, 30], limit=30)
    [[10, 20], [30]]
    >>> loads([20, 20, 10, 10], limit=30)
    [[20, 10], [20, 10]]
    >>> loads([])
    []
    """
    found: list[list[int]] = []
    for each in grams:
        for load in found:
            if sum(load) + each <= limit:
                load.append(each)
                break
        else:
            found.append([each])
    return found
