"""Registering, signing in, signing out."""

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import access, identity
from app.actions import accounts, credentials
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from app.web import destinations, forms, shell

blueprint = Blueprint("session", __name__)


@blueprint.get("/register")
def register() -> tuple[str, int] | Response:
    """The form, or the sentence that says who may register here."""
    if current_user.is_authenticated:
        return destinations.after_sign_in()
    return _register_page(forms.RegisterForm(next=destinations.wanted() or ""))


@blueprint.post("/register")
def create() -> tuple[str, int] | Response:
    """Make the account, sign this browser in, go on."""
    if current_user.is_authenticated:
        return destinations.after_sign_in()
    form = forms.RegisterForm()
    if _closed() or not form.validate():
        return _register_page(form, 422)
    try:
        user = accounts.register(
            form.username.data,
            form.password.data,
            invited_by_link=destinations.pending_invite(),
            address=request.remote_addr or "",
            registration=shell.registration(),
        )
    except (Conflict, Forbidden, Invalid) as refused:
        return _register_page(form, form.refuse(refused))
    credential, secret = credentials.open_session(
        user, remember=form.remember.data, user_agent=request.user_agent.string
    )
    identity.keep(user, credential, secret)
    return destinations.after_sign_in()


@blueprint.get("/login")
def login() -> tuple[str, int] | Response:
    """The form."""
    if current_user.is_authenticated:
        return destinations.after_sign_in()
    return _login_page(forms.LoginForm(next=destinations.wanted() or ""))


@blueprint.post("/login")
def open_session() -> tuple[str, int] | Response:
    """Sign this browser in, go on. Whoever was signed in before is signed out by it."""
    form = forms.LoginForm()
    form.validate()
    try:
        user = accounts.authenticate(
            form.username.data or "", form.password.data or "", address=request.remote_addr or ""
        )
    except (Unauthenticated, Invalid) as refused:
        # The same answer for a name that nobody has: not even what was typed comes back in it.
        form = forms.LoginForm(formdata=None, next=destinations.wanted() or "")
        form.refused = "This username and password don’t belong together. Check both and try again."
        return _login_page(form, Unauthenticated.status if isinstance(refused, Invalid) else refused.status)
    if current_user.is_authenticated:
        credentials.sign_out(identity.caller().credential)
    credential, secret = credentials.open_session(
        user, remember=form.remember.data, user_agent=request.user_agent.string
    )
    identity.keep(user, credential, secret)
    return destinations.after_sign_in()


@blueprint.post("/logout")
def logout() -> Response:
    """End this browser's session, here and on the server, and have the browser forget what it saw."""
    if current_user.is_authenticated:
        credentials.sign_out(identity.caller().credential)
    identity.forget()
    answer = Response(status=303, headers={"Location": url_for("home.index")})
    # Not "cookies": that would also take the cookie with which a failed sign-in is protected a moment later.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _closed() -> bool:
    """Is there no way for this browser to register?"""
    mode = shell.registration()
    return mode == "closed" or (mode == "link" and _invited_to() is None)


def _invited_to() -> object | None:
    """The pending invite, if it still opens its room."""
    token = destinations.pending_invite()
    try:
        return access.invite_by_token(token) if token else None
    except NotFound:
        return None


def _register_page(form: forms.RegisterForm, status: int = 200) -> tuple[str, int]:
    if _closed():
        return render_template("session/closed.html", mode=shell.registration()), Forbidden.status
    return render_template("session/register.html", form=form, invite=_invited_to()), status


def _login_page(form: forms.LoginForm, status: int = 200) -> tuple[str, int]:
    return render_template("session/login.html", form=form, invite=_invited_to()), status
