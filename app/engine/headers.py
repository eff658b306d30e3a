"""The headers that every answer carries: pages, API, files, errors and the socket's own HTTP answers."""

from typing import Final

Headers = list[tuple[str, str]]

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)

TABLE: Final[dict[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A room's link must not travel to the sites that people link to.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    # What is not said to be kept is not kept: the back button shows nothing private after signing out.
    "Cache-Control": "no-store",
}
HTTPS_ONLY: Final[dict[str, str]] = {"Strict-Transport-Security": "max-age=31536000"}


def secured(headers: Headers, *, https: bool) -> Headers:
    """These headers and those of the table; what an answer says for itself stands."""
    present = {name.lower() for name, _ in headers}
    table = {**TABLE, **HTTPS_ONLY} if https else TABLE
    return headers + [(name, value) for name, value in table.items() if name.lower() not in present]
