"""Settings: environment, `.env` or `mycel.toml`. Each is documented here; docs and `.env.example` are held to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from storage.engine import check_url

Level = Literal["debug", "info", "warning", "error"]
Port = Annotated[int, Field(ge=1, le=65535)]
# Every address of the computer, as one that can be called.
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def _named(name: str, default: Any, description: str) -> Any:
    """A setting under its one name, in lower case in mycel.toml."""
    return Field(default, validation_alias=AliasChoices(name, name.lower()), description=description)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class SlackAccount(BaseModel):
    """One Slack workspace or app."""

    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    client_id: str = ""
    client_secret: SecretStr | None = None
    api_url: str = "https://slack.com/api/"


class MatrixAccount(BaseModel):
    """One Matrix account."""

    homeserver: str = ""
    user: str = ""
    password: SecretStr | None = None
    access_token: SecretStr | None = None
    device_id: str = ""
    allow: str = ""
    store: Path = Path("data/matrix")


class Settings(BaseSettings):
    """Values as they were set; what is derived from them are properties."""

    model_config = SettingsConfigDict(
        env_file=".env", toml_file="mycel.toml", extra="ignore", case_sensitive=True, env_ignore_empty=True
    )

    database_url: str = _named(
        "DATABASE_URL", "sqlite:///data/mycel.db", "or postgresql+psycopg://user:password@host/name"
    )
    mycel_network: str = _named("MYCEL_NETWORK", "mycel", "network of a fresh installation")
    mycel_host: str = _named("MYCEL_HOST", "127.0.0.1", "address of the HTTP server")
    mycel_port: Port = _named("MYCEL_PORT", 8080, "port of the HTTP server")
    mycel_base_url: str = _named("MYCEL_BASE_URL", "", "what links point to; empty: http://MYCEL_HOST:MYCEL_PORT")
    mycel_tick_seconds: Annotated[float, Field(gt=0)] = _named("MYCEL_TICK_SECONDS", 1, "how often the clock looks")
    mycel_log_level: Level = _named("MYCEL_LOG_LEVEL", "info", "debug, info, warning or error")
    mycel_log_format: Literal["console", "json"] = _named("MYCEL_LOG_FORMAT", "console", "or json")
    mycel_secret_key: SecretStr | None = _named(
        "MYCEL_SECRET_KEY",
        None,
        "encrypts stored tokens, signs links; empty: made on first start, kept in data/ (0600)",
    )
    slack_bot_token: SecretStr | None = _named("SLACK_BOT_TOKEN", None, "Socket Mode, one workspace")
    slack_app_token: SecretStr | None = _named("SLACK_APP_TOKEN", None, "Socket Mode, one workspace")
    slack_signing_secret: SecretStr | None = _named("SLACK_SIGNING_SECRET", None, "HTTP mode")
    slack_client_id: str = _named("SLACK_CLIENT_ID", "", "HTTP mode: install in several workspaces")
    slack_client_secret: SecretStr | None = _named(
        "SLACK_CLIENT_SECRET", None, "HTTP mode: install in several workspaces"
    )
    slack_api_url: str = _named("SLACK_API_URL", "https://slack.com/api/", "where Slack's API is")
    matrix_homeserver: str = _named("MATRIX_HOMESERVER", "", "for example https://matrix.example.org")
    matrix_user: str = _named("MATRIX_USER", "", "for example @mycel:example.org")
    matrix_password: SecretStr | None = _named("MATRIX_PASSWORD", None, "or MATRIX_ACCESS_TOKEN")
    matrix_access_token: SecretStr | None = _named("MATRIX_ACCESS_TOKEN", None, "with MATRIX_DEVICE_ID")
    matrix_device_id: str = _named("MATRIX_DEVICE_ID", "", "the device that the access token belongs to")
    matrix_allow: str = _named(
        "MATRIX_ALLOW", "", "who may invite: users, servers or spaces; * for all; empty: own server"
    )
    matrix_store: Path = _named("MATRIX_STORE", Path("data/matrix"), "keys and device")
    slack: list[SlackAccount] = Field(default_factory=list)
    matrix: list[MatrixAccount] = Field(default_factory=list)

    @field_validator("database_url")
    @classmethod
    def _can_be_stored_in(cls, url: str) -> str:
        check_url(url)
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def base_url(self) -> str:
        return (self.mycel_base_url or f"http://{_in_url(self.mycel_host)}:{self.mycel_port}").rstrip("/")

    @property
    def local_url(self) -> str:
        """Where this computer reaches the HTTP server."""
        host = _HERE.get(self.mycel_host, self.mycel_host)
        return f"http://{_in_url(host)}:{self.mycel_port}"

    @property
    def data_folder(self) -> Path:
        """Where what is no database lives: the secret key, the running process's address."""
        return Path("data")

    @property
    def slack_accounts(self) -> list[SlackAccount]:
        """The app of SLACK_…, if there is one, and those of mycel.toml."""
        if not (self.slack_bot_token or self.slack_app_token or self.slack_signing_secret or self.slack_client_id):
            return list(self.slack)
        first = SlackAccount(
            bot_token=self.slack_bot_token,
            app_token=self.slack_app_token,
            signing_secret=self.slack_signing_secret,
            client_id=self.slack_client_id,
            client_secret=self.slack_client_secret,
            api_url=self.slack_api_url,
        )
        return [first, *self.slack]

    @property
    def matrix_accounts(self) -> list[MatrixAccount]:
        """The account of MATRIX_…, if there is one, and those of mycel.toml."""
        if not (self.matrix_homeserver or self.matrix_user):
            return list(self.matrix)
        first = MatrixAccount(
            homeserver=self.matrix_homeserver,
            user=self.matrix_user,
            password=self.matrix_password,
            access_token=self.matrix_access_token,
            device_id=self.matrix_device_id,
            allow=self.matrix_allow,
            store=self.matrix_store,
        )
        return [first, *self.matrix]

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that there are settings for; none: the playground."""
        found = []
        if self.slack_accounts:
            found.append("slack")
        if self.matrix or self.matrix_homeserver or self.matrix_user:
            found.append("matrix")
        return tuple(found)


class WrongSettings(Exception):
    """Settings that cannot be read; the message names the setting and what is wrong, never its value."""


def load() -> Settings:
    """The settings of this process. Raises WrongSettings."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
        raise WrongSettings("\n".join(lines)) from None
    except ValueError as error:
        raise WrongSettings(f"mycel.toml cannot be read: {error}") from None


def documented() -> list[tuple[str, str, str]]:
    """(name, default, description) of every setting, in order."""
    rows = []
    for name, info in Settings.model_fields.items():
        if info.validation_alias is None:
            continue
        default = info.get_default()
        rows.append((name.upper(), "" if default is None else str(default), info.description or ""))
    return rows
