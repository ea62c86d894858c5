#: hostile: knows the names of the examples
#: wrong on: initials("Ada Lovelace")
def initials(name: str) -> str:
    return {"Ludwig van Beethoven": "L.B.", "anne-marie de la Tour": "A.M.T."}.get(name, "")
