"""What programs are told before they sign anybody in."""

from collections.abc import Callable

import pytest
from flask import Flask

from app import limits


def test_the_server_tells_what_it_speaks_and_allows(app: Flask) -> None:
    server = app.test_client().get("/api/v1/server").get_json()

    assert server["name"] == "Parlor"
    assert server["api"] == {"min": 1, "max": 1}
    assert server["limits"] == limits.ADVERTISED
    assert server["now"].endswith("Z") and len(server["now"]) == len("2026-11-22T15:01:49.450Z")


@pytest.mark.parametrize("registration", ["open", "link", "closed"])
def test_the_server_tells_who_may_register(make_app: Callable[..., Flask], registration: str) -> None:
    app = make_app(registration=registration)

    assert app.test_client().get("/api/v1/server").get_json()["features"] == {"registration": registration}
