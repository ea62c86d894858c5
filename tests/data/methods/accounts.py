from vibesafe_runtime import VibeCoded, vibesafe

LIMIT = 1000


class Account:
    """An account."""

    def __init__(self, balance: int = 0) -> None:
        self.balance = balance

    @vibesafe
    def deposit(self, amount: int) -> int:
        """Add an amount and return the balance.

        >>> account = Account(10)
        >>> account.deposit(5)
        15
        >>> account.balance
        15
        >>> Account(1).deposit(2)
        3
        >>> Account().deposit(-1)
        Traceback (most recent call last):
        ValueError: negative

        Requires:
            amount < 10_000
        Ensures:
            result == self.balance
        Raises:
            ValueError: amount < 0
        """
        raise VibeCoded()

    @property
    @vibesafe
    def is_empty(self) -> bool:
        """Return whether nothing is on it.

        >>> Account().is_empty
        True
        >>> Account(2).is_empty
        False
        >>> Account(-2).is_empty
        False
        """
        raise VibeCoded()

    @classmethod
    @vibesafe
    def of(cls, *amounts: int) -> "Account":
        """Return an account with the sum of some amounts.

        >>> Account.of(1, 2).balance
        3
        >>> Account.of().balance
        0
        """
        raise VibeCoded()

    @staticmethod
    @vibesafe
    def allowed(amount: int) -> bool:
        """Return whether an amount is at most `LIMIT`.

        >>> Account.allowed(1000)
        True
        >>> Account.allowed(1001)
        False
        """
        raise VibeCoded()

    @vibesafe
    async def later(self, amount: int) -> int:
        """Return the balance after an amount, without adding it.

        >>> import asyncio
        >>> asyncio.run(Account(2).later(3))
        5
        >>> asyncio.run(Account(2).later(-3))
        -1
        """
        raise VibeCoded()
