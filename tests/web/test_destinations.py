"""Where a person goes after signing in. `next` never leaves the site."""

import pytest

from app.web import destinations
from tests.web.visiting import Visitor

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "https://evil.example",
    "https://localhost@evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,hello",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%252fevil.example",
    "/%09/evil.example",
    "/account\r\nSet-Cookie: a=b",
    "/account%0d%0aSet-Cookie:%20a=b",
    "/account\x00",
    " /account",
    "account",
    "@evil.example",
    ".evil.example",
    "/" + "a" * 8192,
    "",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_what_leads_elsewhere_lands_at_home(app, ada, wanted):
    visitor = Visitor(app.test_client())
    answer = visitor.log_in("ada", next=wanted)
    assert answer.status_code == 303
    assert answer.headers.getlist("Location") == ["/"]
    assert [name for name, _ in answer.headers if name == "Set-Cookie"] == ["Set-Cookie"]
    assert visitor.is_signed_in


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_and_so_does_registering_and_being_signed_in_already(app, ada, wanted):
    assert ada.http.get("/login", query_string={"next": wanted}).location == "/"
    page = Visitor(app.test_client()).http.get("/register", query_string={"next": wanted})
    assert 'name="next"' not in page.text


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y"])
def test_what_leads_elsewhere_lands_at_home_after_registering(visitor, wanted):
    answer = visitor.register("carol", next=wanted)
    assert (answer.status_code, answer.headers.getlist("Location")) == (303, ["/"])
    assert visitor.is_signed_in


@pytest.mark.parametrize("wanted", ["/account", "/rooms/new", "/rooms/01a20456-108b?m=12", "/", "/account#x"])
def test_a_page_of_this_site_is_gone_on_to(app, ada, wanted):
    if "#" in wanted:
        assert destinations.safe_next(wanted) is None
        return
    assert Visitor(app.test_client()).log_in("ada", next=wanted).location == wanted


def test_the_page_that_was_asked_for_is_remembered_through_the_form(visitor, ada, garden):
    sent = visitor.http.get(f"{garden.path}?m=3")
    assert sent.location == f"/login?next={garden.path}?m%3D3"
    page = visitor.open(sent.location)
    assert f'value="{garden.path}?m=3"' in page.text
    assert visitor.log_in("ada", next=f"{garden.path}?m=3").location == f"{garden.path}?m=3"
