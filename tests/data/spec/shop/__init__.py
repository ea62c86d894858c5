from .money import Money as Price
