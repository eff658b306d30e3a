"""Style sheets, whole and kept."""

import gzip
import re

import pytest

from app.web import styles


def address(page, name: str) -> str:
    """Where a page finds a sheet."""
    found = re.search(rf'href="(/styles/{name}-\w+\.css)"', page.text)
    assert found
    return found[1]


def test_a_page_asks_for_one_sheet_that_holds_all_that_is_imported(app, http):
    sheet = http.get(address(http.get("/"), "app")).text
    assert "@import" not in sheet
    assert sheet.startswith("/*")
    assert re.search(r"@layer tokens, base, components, pages;", sheet)
    for block in (":root {", ".button {", ".welcome {", ".bar {"):
        assert f"\n{block}" in sheet
    assert sheet.count("{") == sheet.count("}")
    css = styles.Path(app.static_folder) / "css"
    assert sheet.count("@layer components {") == (css / "app.css").read_text().count("layer(components)")


def test_the_room_has_one_more(ada, garden):
    page = ada.http.get(garden.path)
    assert "@import" not in ada.http.get(address(page, "room")).text


def test_it_is_kept_for_good_and_only_by_its_own_address(http):
    at = address(http.get("/"), "app")
    assert http.get(at).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    outdated = http.get("/styles/app-0123456789abcdef.css")
    assert outdated.status_code == 200
    assert outdated.headers["Cache-Control"] == "no-store"


def test_another_content_has_another_address(app, tmp_path, http):
    before = address(http.get("/"), "app")
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "app.css").write_text("body { color: red }")
    app.static_folder, app.extensions["styles"] = tmp_path, {}
    assert address(http.get("/"), "app") != before


def test_it_is_packed_for_who_can_unpack_it(http):
    at = address(http.get("/"), "app")
    packed = http.get(at, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == http.get(at).data
    assert len(packed.data) < len(http.get(at).data) / 3


@pytest.mark.parametrize("path", ["/styles/tokens-x.css", "/styles/..%2fapp-x.css", "/styles/app.css"])
def test_nothing_else_is_there(http, path):
    assert http.get(path).status_code == 404


def test_files_neither_vary_with_the_cookie_nor_set_it(ada):
    for path in (address(ada.http.get("/"), "app"), "/static/js/theme.js"):
        with ada.http.get(path) as file:
            assert "Cookie" not in file.headers.get("Vary", "")
            assert "Set-Cookie" not in file.headers
    assert "Cookie" in ada.http.get("/").headers["Vary"]
