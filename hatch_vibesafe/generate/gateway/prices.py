"""What tokens cost: the configured price, else the published one. A price that is not known is None, never zero."""

from decimal import Decimal
from urllib.parse import urlsplit

from hatch_vibesafe.provider_config import ProviderConfig

_MILLION = 1_000_000
_HOSTED = {
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "openai-compatible": "https://api.openai.com/v1",
}


def cost(config: ProviderConfig, model: str, input_tokens: int, output_tokens: int) -> Decimal | None:
    """Return what tokens cost in US dollars, or None where the price is not known.

    A model on this machine costs nothing. The published prices are those of `genai-prices`, where it is installed, for
    the address that is asked: the same model has another price elsewhere, and none that anybody knows on a server of
    your own.
    """
    if config.input_price is not None and config.output_price is not None:
        total = config.input_price * input_tokens + config.output_price * output_tokens
        return Decimal(str(total)) / _MILLION
    if config.kind == "local":
        return Decimal(0)
    address = config.base_url or _HOSTED.get(config.kind)
    if address is None or _is_own(address):
        return None
    try:
        import genai_prices  # noqa: PLC0415 - an extra, and large
    except ImportError:
        return None
    usage = genai_prices.Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    try:
        return genai_prices.calc_price(usage, model, provider_api_url=address).total_price
    except (LookupError, ValueError):  # not published, or no address
        return None


def _is_own(address: str) -> bool:
    """Return whether nobody publishes a price for an address: it spares the loading of all of them."""
    try:
        return urlsplit(address).hostname in {None, "localhost", "127.0.0.1", "::1"}
    except ValueError:
        return True
