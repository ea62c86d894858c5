from pydantic import StrictInt


def loads(grams: list[StrictInt], limit: int = 30_000) -> list[list[int]]:
    found: list[list[int]] = []
    for each in grams:
        for load in found:
            if sum(load) + each <= limit:
                load.append(each)
                break
        else:
            found.append([each])
    return found
