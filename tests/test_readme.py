"""The README says what is so."""

import re

import config

README = (config.ROOT / "README.md").read_text()


def test_the_table_of_settings_is_the_settings() -> None:
    """After a change of config.py: `python -c 'import config; print(config.table())'` into the README."""
    found = re.search(r"<!-- settings: .*?-->\n(.*?)<!-- /settings -->", README, re.DOTALL)
    assert found is not None
    assert found[1].strip() == config.table().strip()


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (config.ROOT / "Makefile").read_text()
    named = set(
        re.findall(
            r"(?:`|^    )make ([a-z-]+)",
            README + (config.ROOT / "docs/operating.md").read_text(),
            re.MULTILINE,
        )
    )
    assert {"run", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_file_that_is_linked_exists() -> None:
    for path in re.findall(r"\]\(([^)#:]+)", README):
        assert (config.ROOT / path).exists(), path
