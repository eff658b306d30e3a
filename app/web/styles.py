"""Style sheets, each with all that it imports, in one answer that a browser keeps for good.

The files stay one block each, and there is no build: what `@import` names is put in its place at the first
request. As files they would be thirty requests before the first picture, in several rounds, on every visit.
"""

import gzip
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.errors import NotFound

blueprint = Blueprint("styles", __name__)

SHEETS = ("app", "room", "docs")
# What is the same for everybody. If it varied with the cookie, signing in would make a browser fetch it again.
SAME_FOR_EVERYBODY = frozenset({"static", "styles.show"})
_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);\n')


class Sheet(NamedTuple):
    """A style sheet, and the digest that its address carries: another content has another address."""

    digest: str
    plain: bytes
    packed: bytes


class Sessions(SecureCookieSessionInterface):
    """Flask's own cookie, kept off the files."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where it changed, on pages only."""
        if request.endpoint not in SAME_FOR_EVERYBODY:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Let files be kept by whoever reads them."""
    app.session_interface = Sessions()


@blueprint.get("/styles/<name>-<digest>.css")
def show(name: str, digest: str) -> Response:
    """The sheet. A page of before an update asks by the old digest, and keeps the new sheet for that page only."""
    if name not in SHEETS:
        raise NotFound
    sheet = _sheet(name)
    packed = bool(request.accept_encodings["gzip"])
    answer = Response(sheet.packed if packed else sheet.plain, mimetype="text/css")
    answer.vary.add("Accept-Encoding")
    if packed:
        answer.content_encoding = "gzip"
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if digest == sheet.digest else "no-store"
    )
    return answer


def url(name: str) -> str:
    """Where a page finds a sheet, `app` or `room`."""
    return url_for("styles.show", name=name, digest=_sheet(name).digest)


def assemble(path: Path) -> str:
    """A style sheet with what it imports in the place of the imports, each in its layer."""

    def imported(found: re.Match[str]) -> str:
        return f"@layer {found[2]} {{\n{(path.parent / found[1]).read_text('utf-8')}}}\n"

    return _IMPORT.sub(imported, path.read_text("utf-8"))


def _sheet(name: str) -> Sheet:
    sheets: dict[str, Sheet] = current_app.extensions.setdefault("styles", {})
    if name not in sheets or current_app.debug:
        plain = assemble(Path(str(current_app.static_folder)) / "css" / f"{name}.css").encode()
        digest = hashlib.sha256(plain).hexdigest()[:16]
        sheets[name] = Sheet(digest, plain, gzip.compress(plain, mtime=0))
    return sheets[name]
