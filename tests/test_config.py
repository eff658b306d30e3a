"""Settings: what is refused, in which words, and what production insists on."""

import re
import stat
from pathlib import Path

import pytest

import config
from app import limits

GOOD_KEY = "7f3c9a51d2e84b06a1c5f7e9038b6d24b8e1"
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": GOOD_KEY, "PUBLIC_URL": "https://chat.example.org"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without a single setting of this machine; data goes to a folder of the test."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/parlor.db")
    return monkeypatch


def given(environment: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        environment.setenv(name, value)


def refusal(environment: pytest.MonkeyPatch, **settings: str) -> str:
    given(environment, **settings)
    with pytest.raises(config.BadSetting) as caught:
        config.load()
    return str(caught.value)


@pytest.mark.usefixtures("environment")
class TestDefaults:
    def test_nothing_needs_to_be_set(self) -> None:
        settings = config.load()
        assert (settings.host, settings.port, settings.environment) == ("127.0.0.1", 5000, "development")

    def test_the_address_limit_is_the_one_of_the_limits(self) -> None:
        assert config.check().max_sockets_per_address == limits.SOCKETS_PER_ADDRESS

    def test_an_empty_setting_is_not_set(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, PORT="", REDIS_URL="", ALLOWED_ORIGINS="")
        assert config.load().port == 5000

    def test_the_folder_of_the_database_is_made(
        self, environment: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        given(environment, DATABASE_URL=f"sqlite:///{tmp_path}/new/folder/parlor.db")
        assert config.load().sqlite_path == tmp_path / "new/folder/parlor.db"
        assert (tmp_path / "new/folder").is_dir()


class TestSentences:
    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("PORT", "many", "PORT must be a whole number from 0 to 65535, not 'many'."),
            ("PORT", "65536", "PORT must be a whole number from 0 to 65535, not '65536'."),
            ("ENVIRONMENT", "staging", "ENVIRONMENT must be development or production, not 'staging'."),
            ("REGISTRATION", "maybe", "REGISTRATION must be open, link or closed, not 'maybe'."),
            ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be a whole number from 0 to 10, not '-1'."),
            ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not 'LOUD'."),
            ("SQLITE_SYNCHRONOUS", "OFF", "SQLITE_SYNCHRONOUS must be FULL or NORMAL, not 'OFF'."),
            ("MAX_SOCKETS", "0", "MAX_SOCKETS must be a whole number from 1 to 100000, not '0'."),
        ],
    )
    def test_a_wrong_setting_is_named_with_what_it_must_be(
        self, environment: pytest.MonkeyPatch, name: str, value: str, sentence: str
    ) -> None:
        assert refusal(environment, **{name: value}) == sentence

    def test_a_secret_is_not_repeated(self, environment: pytest.MonkeyPatch) -> None:
        said = refusal(environment, DATABASE_URL="mysql://root:hunter2@localhost/parlor")
        assert said == "DATABASE_URL must be a sqlite:/// or postgresql:// address."

    @pytest.mark.parametrize("transports", ["carrier-pigeon", "polling,fax", ","])
    def test_an_unknown_transport_is_refused(self, environment: pytest.MonkeyPatch, transports: str) -> None:
        assert "TRANSPORTS must be polling, websocket or both" in refusal(environment, TRANSPORTS=transports)

    def test_known_transports_are_taken(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, TRANSPORTS="websocket")
        assert config.load().transport_names == ["websocket"]


class TestOrigins:
    @pytest.mark.parametrize(
        "origins",
        [
            "*",
            "https://*.example.org",
            "example.org",
            "https://a.example/path",
            "ftp://a.example",
            " , ",
            "https://",
        ],
    )
    def test_what_is_not_an_origin_is_refused(self, environment: pytest.MonkeyPatch, origins: str) -> None:
        assert "ALLOWED_ORIGINS must be a list of origins" in refusal(environment, ALLOWED_ORIGINS=origins)

    def test_origins_are_kept_as_browsers_send_them(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, ALLOWED_ORIGINS="https://App.Example.org:443/, http://localhost:3000")
        assert config.load().origins == ("https://app.example.org", "http://localhost:3000")

    def test_the_public_address_is_allowed_too(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, PUBLIC_URL="https://chat.example.org")
        assert config.load().origins == ("https://chat.example.org",)


class TestSecretKey:
    def test_development_makes_one_that_only_its_owner_reads(
        self, environment: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        first = config.load().secret_key.get_secret_value()
        path = tmp_path / "data/parlor/secret_key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(bytes.fromhex(first)) == 32
        assert config.load().secret_key.get_secret_value() == first
        assert not path.is_relative_to(config.ROOT)

    @pytest.mark.parametrize(
        ("key", "why"),
        [
            ("dev", "has 3"),
            ("changeme", "has 8"),
            ("0123456789abcdef", "has 16"),
            ("changeme-changeme-changeme-changeme", "is an example from a manual"),
            (
                "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
                "is an example from a manual",
            ),
            ("abababababababababababababababababab", "repeats itself"),
        ],
    )
    def test_production_refuses_a_weak_one(self, environment: pytest.MonkeyPatch, key: str, why: str) -> None:
        said = refusal(environment, **{**PRODUCTION, "SECRET_KEY": key})
        assert f"SECRET_KEY must be at least 32 bytes that nobody can guess, and this one {why}." in said
        assert "Make one with:" in said

    def test_production_refuses_none(self, environment: pytest.MonkeyPatch) -> None:
        said = refusal(environment, **{**PRODUCTION, "SECRET_KEY": ""})
        assert said.startswith("SECRET_KEY is missing")

    def test_production_takes_a_good_one(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, **PRODUCTION)
        assert config.load().secret_key.get_secret_value() == GOOD_KEY

    def test_production_reads_a_file_and_makes_none(
        self, environment: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        path = tmp_path / "key"
        given(environment, **{**PRODUCTION, "SECRET_KEY": "", "SECRET_KEY_FILE": str(path)})
        with pytest.raises(config.BadSetting, match="SECRET_KEY_FILE cannot be read"):
            config.load()
        path.write_text(GOOD_KEY + "\n")
        assert config.load().secret_key.get_secret_value() == GOOD_KEY

    def test_a_weak_earlier_key_is_refused_too(self, environment: pytest.MonkeyPatch) -> None:
        assert "SECRET_KEY_FALLBACKS must" in refusal(environment, SECRET_KEY_FALLBACKS=f"{GOOD_KEY},dev")

    def test_earlier_keys_reach_flask(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, SECRET_KEY_FALLBACKS=f"{GOOD_KEY}, {GOOD_KEY[::-1]}")
        assert config.load().flask_config()["SECRET_KEY_FALLBACKS"] == [GOOD_KEY, GOOD_KEY[::-1]]


class TestProduction:
    def test_debug_is_refused(self, environment: pytest.MonkeyPatch) -> None:
        assert refusal(environment, **PRODUCTION, FLASK_DEBUG="1").startswith("FLASK_DEBUG must be 0")

    def test_unlimited_attempts_are_refused(self, environment: pytest.MonkeyPatch) -> None:
        assert refusal(environment, **PRODUCTION, RATE_LIMITS="off").startswith("RATE_LIMITS must be on")

    def test_an_address_without_https_is_refused(self, environment: pytest.MonkeyPatch) -> None:
        said = refusal(environment, **{**PRODUCTION, "PUBLIC_URL": "http://chat.example.org"})
        assert said.startswith("PUBLIC_URL must begin with https://")

    def test_the_cookie_is_bound_to_this_host_and_https(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, **PRODUCTION)
        flask = config.load().flask_config()
        assert flask["SESSION_COOKIE_NAME"] == "__Host-parlor"
        assert flask["SESSION_COOKIE_SECURE"] is flask["SESSION_COOKIE_HTTPONLY"] is True
        assert (flask["SESSION_COOKIE_SAMESITE"], flask["SESSION_COOKIE_PATH"]) == ("Lax", "/")
        assert "SESSION_COOKIE_DOMAIN" not in flask

    @pytest.mark.parametrize(
        ("url", "warns"),
        [
            ("redis://cache:6379/0", True),
            ("redis://:hunter22@cache:6379/0", False),
            ("unix:///run/redis.sock", False),
        ],
    )
    def test_a_store_without_a_password_is_warned_of(
        self, environment: pytest.MonkeyPatch, url: str, warns: bool
    ) -> None:
        given(environment, **PRODUCTION, REDIS_URL=url)
        assert any("REDIS_URL has no password" in each for each in config.load().warnings()) is warns


class TestPostgreSQL:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_every_spelling_means_the_driver_that_cooperates(
        self, environment: pytest.MonkeyPatch, scheme: str
    ) -> None:
        given(environment, DATABASE_URL=f"{scheme}://me:secret@db/parlor")
        assert config.load().database_uri == "postgresql+psycopg://me:secret@db/parlor"


@pytest.mark.usefixtures("environment")
class TestDocumentation:
    def test_every_setting_has_a_line_in_the_table(self) -> None:
        rows = re.findall(r"^\| `([A-Z_]+)` \|", config.table(), re.MULTILINE)
        assert rows == [name.upper() for name in config.Settings.model_fields]

    def test_every_setting_can_be_told_wrong_in_a_sentence(self) -> None:
        for name, field in config.Settings.model_fields.items():
            assert isinstance(field.json_schema_extra, dict), name
            assert field.description, name

    def test_no_secret_is_in_what_is_printed(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, SECRET_KEY=GOOD_KEY, DATABASE_URL="postgresql://me:hunter2@db/parlor")
        assert not {GOOD_KEY, "hunter2"} & set(re.split(r"[^\w]+", repr(config.load())))

    def test_a_driver_that_is_missing_is_told(
        self, environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        said = refusal(environment, DATABASE_URL="postgresql://me:secret@db/parlor")
        assert said.startswith("DATABASE_URL needs the package psycopg, which is not installed: pip install")
