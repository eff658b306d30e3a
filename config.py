"""The settings: read from the environment, checked before anything starts, told apart by one clear sentence each.

Nothing but this module reads the environment. A setting's description is its line in the README's table.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parent
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1", ""})

KEY_BYTES: Final = 32
KEY_MUST: Final = f"be at least {KEY_BYTES} bytes that nobody can guess"
KEY_HOW: Final = "Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
# Keys that stand in tutorials and templates, and words that only such keys contain.
EXAMPLE_KEYS: Final = frozenset({"192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"})
EXAMPLE_WORDS: Final = (
    "changeme",
    "change-me",
    "change_me",
    "changethis",
    "secret",
    "example",
    "password",
    "insecure",
    "dev-key",
)


class BadSetting(Exception):
    """A setting that Parlor cannot start with. Its text is one sentence for the person who set it."""


def _setting(default: Any, description: str, must: str, **limits_: Any) -> Any:
    """One setting: what it does, and the end of the sentence "NAME must …" for when it is wrong."""
    return Field(default, description=description, json_schema_extra={"must": must}, **limits_)


class Settings(BaseSettings):
    """Every setting, checked. Names in the environment are these in capitals."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = _setting(
        "development",
        "`production` refuses weak keys and debug, and marks cookies as for HTTPS only.",
        "be development or production",
    )
    host: str = _setting(
        "127.0.0.1", "Address to listen on; `0.0.0.0` for every one.", "be an address or a name"
    )
    port: int = _setting(
        5000, "Port to listen on; `0` takes a free one.", "be a whole number from 0 to 65535", ge=0, le=65535
    )
    database_url: SecretStr = _setting(
        SecretStr("sqlite:///var/parlor.db"),
        "SQLite file (relative to this folder) or PostgreSQL, `postgresql://user:password@host/name`.",
        "be a sqlite:/// or postgresql:// address",
    )
    redis_url: SecretStr = _setting(
        SecretStr(""),
        "Redis, for several processes: `redis://:password@host:6379/0`.",
        "be a redis://, rediss:// or unix:// address",
    )
    secret_key: SecretStr = _setting(
        SecretStr(""),
        "Signs cookies; 32 bytes or more. Production needs this or `SECRET_KEY_FILE`; "
        "development makes one outside this folder.",
        KEY_MUST,
    )
    secret_key_file: Path | None = _setting(
        None, "File that holds the secret key instead.", "be the path of a file that can be read"
    )
    secret_key_fallbacks: SecretStr = _setting(
        SecretStr(""),
        "Earlier keys, separated by commas, whose signatures still count while you change the key.",
        KEY_MUST,
    )
    registration: Literal["open", "link", "closed"] = _setting(
        "open",
        "Who may register: anybody (`open`), who comes by an invite link (`link`), nobody (`closed`).",
        "be open, link or closed",
    )
    public_url: str = _setting(
        "",
        "Where people reach Parlor, `https://chat.example.org`: what links are made of. Empty: as the browser asked.",
        "be an address like https://chat.example.org, without a path",
    )
    allowed_origins: str = _setting(
        "",
        "Other web origins that may open a socket, separated by commas. Parlor's own always may; `*` is refused.",
        "be a list of origins like https://app.example.org, separated by commas, and never *",
    )
    trusted_proxies: int = _setting(
        0,
        "How many proxies stand in front and set `X-Forwarded-For` and `X-Forwarded-Proto`.",
        "be a whole number from 0 to 10",
        ge=0,
        le=10,
    )
    rate_limits: Literal["on", "off"] = _setting(
        "on",
        "`off` counts nothing, and refuses nobody for lack of time: for load tests only; production refuses it.",
        "be on or off",
    )
    sqlite_synchronous: Literal["FULL", "NORMAL"] = _setting(
        "FULL",
        "`NORMAL` is faster; a power cut may then take the last moments of what was acknowledged.",
        "be FULL or NORMAL",
    )
    transports: str = _setting(
        "polling,websocket",
        "How clients may connect. `websocket` alone suits several processes without sticky sessions.",
        "be polling, websocket or both, separated by a comma",
    )
    max_sockets: int = _setting(
        2000,
        "How many sockets one process takes; more get 503.",
        "be a whole number from 1 to 100000",
        ge=1,
        le=100_000,
    )
    max_sockets_per_address: int = _setting(
        50,
        "How many sockets one address may open; raise it where many people share one.",
        "be a whole number from 1 to 100000",
        ge=1,
        le=100_000,
    )
    engine: Literal["fast", "stock"] = _setting(
        "fast",
        "How facts reach the sockets: by Parlor's own way, or by the libraries' (`stock`), to compare.",
        "be fast or stock",
    )
    metrics_token: SecretStr = _setting(
        SecretStr(""),
        "Who sends it as a bearer token may read `/metrics`; empty, nobody finds that page.",
        "be 16 characters or more",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting(
        "INFO", "How much is logged, to standard error.", "be DEBUG, INFO, WARNING or ERROR"
    )
    flask_debug: bool = _setting(
        False, "Set by `flask run --debug`: reload on change, tracebacks. Production refuses it.", "be 0 or 1"
    )

    @field_validator("registration", "environment", "rate_limits", "engine", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("sqlite_synchronous", "log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        scheme = value.get_secret_value().partition("://")[0]
        if scheme not in {"sqlite", "postgres", "postgresql", "postgresql+psycopg"}:
            raise ValueError("no such database")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("no such store")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _metrics_token(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("too short")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        return origin(value) if value.strip() else ""

    @field_validator("allowed_origins")
    @classmethod
    def _allowed_origins(cls, value: str) -> str:
        return ",".join(origin(item) for item in value.split(",")) if value.strip() else ""

    @field_validator("transports")
    @classmethod
    def _transports(cls, value: str) -> str:
        names = [name.strip().lower() for name in value.split(",")]
        if not names or not set(names) <= {"polling", "websocket"}:
            raise ValueError("no such transport")
        return ",".join(dict.fromkeys(names))

    @model_validator(mode="after")
    def _production(self) -> Self:
        if not self.is_production:
            return self
        if self.flask_debug:
            raise BadSetting(
                "FLASK_DEBUG must be 0 in production: tracebacks and reloading are for development."
            )
        if self.rate_limits == "off":
            raise BadSetting("RATE_LIMITS must be on in production: off is for load tests.")
        public = urlsplit(self.public_url)
        if public.scheme == "http" and public.hostname not in LOCAL_HOSTS:
            raise BadSetting(
                "PUBLIC_URL must begin with https:// in production: cookies are sent over HTTPS only."
            )
        return self

    @property
    def is_production(self) -> bool:
        """Whether strangers can reach this server."""
        return self.environment == "production"

    @property
    def is_sqlite(self) -> bool:
        """Whether everything is kept in one file, by one process."""
        return self.database_url.get_secret_value().startswith("sqlite")

    @property
    def sqlite_path(self) -> Path | None:
        """The database's file, absolute; None for PostgreSQL and for a database in memory."""
        path = self.database_url.get_secret_value().partition(":///")[2]
        return ROOT / path.partition("?")[0] if self.is_sqlite and path not in {"", ":memory:"} else None

    @property
    def database_uri(self) -> str:
        """The database's address as SQLAlchemy wants it: absolute, and with the driver that waits beside the hub."""
        if self.is_sqlite:
            return f"sqlite:///{self.sqlite_path}" if self.sqlite_path else "sqlite://"
        return "postgresql+psycopg://" + self.database_url.get_secret_value().partition("://")[2]

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins that may open a socket, beside the place that was asked: ALLOWED_ORIGINS and PUBLIC_URL."""
        return tuple(item for item in (*self.allowed_origins.split(","), self.public_url) if item)

    @property
    def transport_names(self) -> list[str]:
        """How clients may connect, in the order that was set."""
        return self.transports.split(",")

    def warnings(self) -> list[str]:
        """Sentences about settings that work and are still worth a second look; logged at start."""
        found = []
        for name, url in (("DATABASE_URL", self.database_url), ("REDIS_URL", self.redis_url)):
            parts = urlsplit(url.get_secret_value())
            networked = parts.scheme.startswith(("postgres", "redis")) and parts.hostname
            if self.is_production and networked and not parts.password:
                found.append(
                    f"{name} has no password: whoever reaches that port can read and change everything."
                )
        if self.is_production and not self.public_url:
            found.append("PUBLIC_URL is not set: links are made of whatever host name a browser asks for.")
        if self.secret_key_file and _is_readable_by_others(self.secret_key_file):
            found.append(
                f"{self.secret_key_file} can be read by other accounts of this machine: chmod 600 it."
            )
        return found

    def flask_config(self) -> dict[str, Any]:
        """What Flask and its extensions read, under their own names."""
        from app import limits  # not at the top: app reads this module, and either may be imported first

        return {
            "SETTINGS": self,
            "DEBUG": self.flask_debug,
            "SECRET_KEY": self.secret_key.get_secret_value(),
            "SECRET_KEY_FALLBACKS": _split(self.secret_key_fallbacks.get_secret_value()),
            # __Host- makes browsers insist on Secure, on Path=/ and on no Domain.
            "SESSION_COOKIE_NAME": "__Host-parlor" if self.is_production else "parlor",
            "SESSION_COOKIE_SECURE": self.is_production,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_PATH": "/",
            "SESSION_REFRESH_EACH_REQUEST": False,
            "PERMANENT_SESSION_LIFETIME": limits.REMEMBERED_SESSION_SECONDS,
            "PREFERRED_URL_SCHEME": "https" if self.is_production else "http",
            # A token lives as long as its session. Strict mode compares the Referer, which our own
            # Referrer-Policy keeps browsers from sending: the token and SameSite are the protection.
            "WTF_CSRF_TIME_LIMIT": None,
            "WTF_CSRF_SSL_STRICT": False,
            "MAX_CONTENT_LENGTH": limits.JSON_BYTES,
            "MAX_FORM_MEMORY_SIZE": limits.JSON_BYTES,
            "MAX_FORM_PARTS": 100,
            "SQLALCHEMY_DATABASE_URI": self.database_uri,
        }


def load(**overrides: Any) -> Settings:
    """Read and check the environment, and make what a first start needs: the key, the folder of the SQLite file.

    Overrides, by field name, win over the environment. Raises BadSetting.
    """
    settings = check(**overrides)
    update: dict[str, Any] = {"secret_key": SecretStr(_secret_key(settings))}
    for key in _split(settings.secret_key_fallbacks.get_secret_value()):
        _refuse_weak("SECRET_KEY_FALLBACKS", key)
    _need_drivers(settings)
    if settings.sqlite_path:
        try:
            settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(
                f"DATABASE_URL names a folder that cannot be made ({settings.sqlite_path.parent}): {error.strerror}."
            ) from None
    return settings.model_copy(update=update)


def _need_drivers(settings: Settings) -> None:
    for name, needed, package in (
        ("DATABASE_URL", not settings.is_sqlite, "psycopg"),
        ("REDIS_URL", bool(settings.redis_url.get_secret_value()), "redis"),
    ):
        if needed and importlib.util.find_spec(package) is None:
            raise BadSetting(
                f"{name} needs the package {package}, which is not installed: "
                "pip install --require-hashes -r requirements-scale.lock"
            )


def check(**overrides: Any) -> Settings:
    """Read and check the environment, and change nothing. Raises BadSetting."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise BadSetting(_sentence(error)) from None


def origin(text: str) -> str:
    """The web origin that an address names, as browsers send it: `https://host`, without a default port.

    Raises ValueError for anything that is not just scheme, host and port.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("not an origin")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "*" in text:
        raise ValueError("not an origin")
    host = parts.hostname.encode("idna").decode() if ":" not in parts.hostname else f"[{parts.hostname}]"
    default = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in {None, default} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def table() -> str:
    """The README's table of settings, from the fields themselves."""
    lines = ["| setting | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        if isinstance(default, bool):
            default = int(default)
        shown = "" if default in {"", None} else f"`{default}`"
        lines.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def _sentence(error: ValidationError) -> str:
    """One sentence for the first thing that is wrong."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    extra = Settings.model_fields[name].json_schema_extra
    must = extra["must"] if isinstance(extra, dict) else "be something else"
    given = os.environ.get(name.upper())
    secret = Settings.model_fields[name].annotation is SecretStr
    shown = f", not {given!r}" if given is not None and not secret else ""
    return f"{name.upper()} must {must}{shown}."


def _secret_key(settings: Settings) -> str:
    """The key that signs cookies: as set, or from its file; development makes one."""
    given, path = settings.secret_key.get_secret_value(), settings.secret_key_file
    if given and path:
        raise BadSetting("SECRET_KEY and SECRET_KEY_FILE are both set: keep one of them.")
    if not given and not path and settings.is_production:
        raise BadSetting(f"SECRET_KEY is missing: production needs it, or SECRET_KEY_FILE. {KEY_HOW}")
    name = "SECRET_KEY"
    if not given:
        name = "SECRET_KEY_FILE"
        try:
            given = _read(path) if path and settings.is_production else _read_or_make(path or key_place())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise BadSetting(f"SECRET_KEY_FILE cannot be read ({path or key_place()}): {reason}.") from None
    _refuse_weak(name, given)
    return given


def _refuse_weak(name: str, key: str) -> None:
    weakness = _weakness(key)
    if weakness:
        raise BadSetting(f"{name} must {KEY_MUST}, and this one {weakness}. {KEY_HOW}")


def _weakness(key: str) -> str:
    """What is wrong with a key, as the end of a sentence; empty when it will do."""
    if len(key.encode()) < KEY_BYTES:
        return f"has {len(key.encode())}"
    lowered = key.lower()
    if lowered in EXAMPLE_KEYS or any(word in lowered for word in EXAMPLE_WORDS):
        return "is an example from a manual"
    if len(set(key)) < 10:
        return "repeats itself"
    return ""


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


def key_place() -> Path:
    """Where development keeps its key: outside the repository, so that no commit and no image carries it away."""
    home = os.environ.get("XDG_DATA_HOME", "")
    return (
        (Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "share")
        / "parlor"
        / "secret_key"
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _read_or_make(path: Path) -> str:
    """The key in this file, made on the first start. Two servers that start at once get the same one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
            os.link(name, path)  # fails when another one was quicker, and then theirs is the key
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return _read(path)


def _is_readable_by_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False
