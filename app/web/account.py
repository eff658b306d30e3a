"""My account: what others see, my password, my sessions and tokens, the end of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import access, identity
from app.actions import accounts, credentials
from app.errors import ChatError, Conflict, Forbidden, Invalid, RateLimited, Unavailable
from app.web import forms

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> str:
    """All of it, on one page."""
    return _page()


@blueprint.post("/profile")
def profile() -> tuple[str, int] | Response:
    """Another display name, as everybody sees it from now on."""
    user = identity.acting_user()
    form = forms.ProfileForm()
    if not form.validate():
        return _page(profile=form), Invalid.status
    accounts.set_display_name(user, form.display_name.data)
    flash("Your name is changed.")
    return _back("profile")


@blueprint.post("/password")
def password() -> tuple[str, int] | Response:
    """Another password; every other session and token ends."""
    caller = identity.caller()
    form = forms.PasswordForm()
    if not form.validate():
        return _page(password=form), Invalid.status
    try:
        accounts.change_password(
            caller.user,
            form.current.data or "",
            form.password.data,
            address=request.remote_addr or "",
            keep=caller.credential,
        )
    except (RateLimited, Unavailable):
        raise
    except ChatError as refused:
        status = form.refuse(refused)
        return _page(password=form), status
    flash("Your password is changed. Everywhere else you are signed out.")
    return _back("password")


@blueprint.post("/sessions/<credential_id>/end")
def end_session(credential_id: str) -> Response:
    """Sign one browser out."""
    caller = identity.caller()
    credentials.end(caller.user, credential_id, "session")
    if credential_id == caller.credential.id:
        identity.forget()
        return redirect(url_for("home.index"), 303)
    flash("That browser is signed out.")
    return _back("sessions")


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """Sign every browser but this one out."""
    caller = identity.caller()
    credentials.end_others(caller.user, caller.credential)
    flash("Every other browser is signed out.")
    return _back("sessions")


@blueprint.post("/tokens")
def create_token() -> tuple[str, int]:
    """A token, whose secret is in this answer and in no other."""
    user = identity.acting_user()
    form = forms.TokenForm()
    if not form.validate():
        return _page(token=form), Invalid.status
    try:
        _, secret = credentials.open_token(user, name=form.name.data, scopes=form.scope.data.split())
    except (Conflict, Invalid) as refused:
        status = form.refuse(refused)
        return _page(token=form), status
    return _page(secret=secret), 201


@blueprint.post("/tokens/<credential_id>/revoke")
def revoke_token(credential_id: str) -> Response:
    """A token is worth nothing from now on."""
    credentials.end(identity.acting_user(), credential_id, "token")
    flash("That token is worth nothing now.")
    return _back("tokens")


@blueprint.post("/delete")
def delete() -> tuple[str, int] | Response:
    """The end of the account, with or without what was said."""
    user = identity.acting_user()
    form = forms.DeletionForm()
    if not form.validate():
        return _page(deletion=form), Invalid.status
    try:
        accounts.delete(
            user,
            form.current.data or "",
            erase_messages=form.messages.data == "erase",
            address=request.remote_addr or "",
        )
    except (Conflict, Forbidden, Invalid) as refused:
        status = form.refuse(refused)
        return _page(deletion=form), status
    identity.forget()
    flash("Your account is deleted.")
    return redirect(url_for("home.index"), 303)


def _page(**changed: Any) -> str:
    """The page, with the form that was refused in the place of the fresh one."""
    caller = identity.caller()
    fresh = {
        "profile": forms.ProfileForm(formdata=None, display_name=caller.user.display_name),
        "password": forms.PasswordForm(formdata=None),
        "token": forms.TokenForm(formdata=None),
        "deletion": forms.DeletionForm(formdata=None),
    }
    return render_template(
        "account/show.html",
        caller=caller,
        sessions=access.credentials(caller.user, "session"),
        tokens=access.credentials(caller.user, "token"),
        **{**fresh, **changed},
    )


def _back(part: str) -> Response:
    return redirect(url_for("account.show", _anchor=part), 303)
