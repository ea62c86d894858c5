def convert(celsius: float) -> dict[str, float]:
    fahrenheit = round(celsius * 9 / 5 + 32, 2)
    return {"fahrenheit": fahrenheit, "kelvin": round(celsius + 273.15, 2)}
