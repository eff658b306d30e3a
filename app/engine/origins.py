"""Whether an Origin header names a place that may open a socket."""

import re
from collections.abc import Collection
from typing import Final

# Exactly as browsers send it: small letters, no path. The Swift client says wss:// where others say https://.
_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?|wss?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?P<port>:[0-9]{1,5})?"
)
_SCHEMES: Final = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def normal(origin: str) -> str | None:
    """The origin with http or https for scheme and without a default port; None when it is not one (`null`, a path)."""
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return None
    scheme = _SCHEMES[match["scheme"]]
    port = match["port"] or ""
    return f"{scheme}://{match['host']}{'' if port == _DEFAULT_PORTS[scheme] else port}"


def may_open(origin: str, *, scheme: str, host: str, allowed: Collection[str]) -> bool:
    """Whether it is the place that was asked (`scheme` and the Host header), or one that is allowed by name."""
    named = normal(origin)
    return named is not None and (named == normal(f"{scheme}://{host.lower()}") or named in allowed)
