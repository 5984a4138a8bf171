"""The settings of one installation: the only reader of the environment.

`Settings.from_environ()` refuses to start (`ConfigurationError`, one plain sentence) rather than guess. In demo and test the
keys are made on first use and kept in the instance folder; production must bring its own.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
SECRETS_FILE = "secrets.json"
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph"})


class ConfigurationError(Exception):
    """The environment is incomplete or contradicts itself; the text says what to set."""


class Environment(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True)
class Key:
    """A 32-byte key with the short id that is stored beside whatever it protects."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Sending:
    """How messages leave the house: `sms` to families, `staff` to offices. Off until somebody has decided otherwise (docs/messages.md)."""

    sms: str = "off"
    staff: str = "off"
    # texts a second, at most
    per_second: int = 5
    # seconds that a provider has to answer
    timeout: float = 10.0
    twilio_sid: str = ""
    twilio_token: str = field(default="", repr=False)
    # a number of ours or a messaging service
    twilio_from: str = ""
    twilio_service: str = ""
    # another address for a stand-in on loopback
    twilio_url: str = ""
    tencent_id: str = ""
    tencent_key: str = field(default="", repr=False)
    tencent_app: str = ""
    tencent_sign: str = ""
    tencent_region: str = "ap-guangzhou"
    tencent_url: str = ""
    # a group's address, with its key
    webhook_url: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    smtp_host: str = ""
    smtp_port: int = 465
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    # tls | starttls | none (loopback only)
    smtp_security: str = "tls"


SMS_GATEWAYS = ("off", "twilio", "tencent")
STAFF_GATEWAYS = ("off", "wecom", "dingtalk", "feishu", "email")


@dataclass(frozen=True)
class Settings:
    environment: Environment
    instance: Path
    database_url: str
    secret_key: str = field(repr=False)
    data_keys: tuple[Key, ...] = field(repr=False)  # key-encryption keys; the first one wraps, all unwrap
    index_keys: tuple[Key, ...] = field(repr=False)  # blind-index keys; the first one writes, all are searched
    public_url: str
    today: date | None
    log_level: str
    sending: Sending = Sending()
    # where the keys are kept when they do not come from the environment (demo and test)
    key_file: Path | None = None
    # how many reverse proxies of our own stand in front; only their forwarded-for entries are believed
    proxies: int = 0

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def is_demo(self) -> bool:
        return self.environment is Environment.DEMO

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        env = os.environ if environ is None else environ
        environment = _environment(env)
        instance = Path(env.get("ANHU_INSTANCE") or ROOT / "instance").absolute()
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {} if environment is Environment.PRODUCTION else _kept_secrets(instance)
        settings = cls(
            environment=environment,
            instance=instance,
            database_url=env.get("ANHU_DATABASE_URL") or f"sqlite:///{instance / 'anhu.db'}",
            secret_key=_required(env, kept, "ANHU_SECRET_KEY"),
            data_keys=_keys(_required(env, kept, "ANHU_DATA_KEYS"), "ANHU_DATA_KEYS"),
            index_keys=_keys(_required(env, kept, "ANHU_INDEX_KEY"), "ANHU_INDEX_KEY"),
            public_url=env.get("ANHU_PUBLIC_URL") or "http://127.0.0.1:8000",
            today=_today(env),
            log_level=env.get("ANHU_LOG_LEVEL", "INFO").upper(),
            sending=_sending(env),
            key_file=None
            if env.get("ANHU_DATA_KEYS") or env.get("ANHU_INDEX_KEY") or not kept
            else secrets_path(instance),
            proxies=_proxies(env),
        )
        if settings.is_production:
            _refuse_unsafe_production(settings)
        return settings


def secrets_path(instance: Path) -> Path:
    return instance / SECRETS_FILE


def new_key() -> str:
    """A fresh `id:base64` key in the form that `ANHU_DATA_KEYS` and `ANHU_INDEX_KEY` take."""
    return f"k{secrets.token_hex(3)}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


class KeyFile:
    """Keys kept in the instance folder, read again when the file changes: they may rotate under running processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._now()

    def changed(self) -> tuple[tuple[Key, ...], tuple[Key, ...]] | None:
        """Data keys and index keys if the file is another than last time, else None."""
        stamp = self._now()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        kept = json.loads(self._path.read_text(encoding="utf-8"))
        return _keys(kept["ANHU_DATA_KEYS"], "ANHU_DATA_KEYS"), _keys(kept["ANHU_INDEX_KEY"], "ANHU_INDEX_KEY")

    def add_keys(self) -> None:
        """Put a fresh data key and a fresh index key before the old ones, which stay listed. One replacement, all or nothing."""
        kept = json.loads(self._path.read_text(encoding="utf-8"))
        for name in ("ANHU_DATA_KEYS", "ANHU_INDEX_KEY"):
            kept[name] = f"demo-{new_key()},{kept[name]}"
        fresh = self._path.with_suffix(f".{os.getpid()}.tmp")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(self._path)

    def _now(self) -> tuple[int, int]:
        stat = self._path.stat()
        return stat.st_ino, stat.st_mtime_ns


def _environment(env: Mapping[str, str]) -> Environment:
    name = env.get("ANHU_ENV", Environment.DEMO.value)
    try:
        return Environment(name)
    except ValueError:
        raise ConfigurationError(f"ANHU_ENV is {name!r}; it must be one of: {', '.join(Environment)}.") from None


def _kept_secrets(instance: Path) -> dict[str, str]:
    """Keys of a demonstration or test, made once and readable by their owner only."""
    path = secrets_path(instance)
    if not path.exists():
        made = {
            "ANHU_SECRET_KEY": "demo-" + secrets.token_urlsafe(32),
            "ANHU_DATA_KEYS": "demo-" + new_key(),
            "ANHU_INDEX_KEY": "demo-" + new_key(),
        }
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(made), encoding="utf-8")
        try:
            os.link(fresh, path)  # the first of several starting processes wins; all read the same keys
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _required(env: Mapping[str, str], kept: Mapping[str, str], name: str) -> str:
    value = env.get(name) or kept.get(name)
    if not value:
        raise ConfigurationError(f"{name} is not set; production brings its own keys (see README).")
    return value


def _keys(text: str, name: str) -> tuple[Key, ...]:
    keys = tuple(_key(part.strip(), name) for part in text.split(",") if part.strip())
    if not keys:
        raise ConfigurationError(f"{name} is empty; give at least one id:base64 key.")
    if len({key.id for key in keys}) != len(keys):
        raise ConfigurationError(f"{name} names one key id twice.")
    return keys


def _key(text: str, name: str) -> Key:
    key_id, separator, encoded = text.partition(":")
    try:
        secret = base64.urlsafe_b64decode(encoded.encode())
    except (binascii.Error, ValueError):
        secret = b""
    if not separator or not key_id or len(key_id) > 16 or len(secret) != 32:
        raise ConfigurationError(f"{name} must hold id:base64 keys of 32 bytes, separated by commas.")
    return Key(key_id, secret)


def _today(env: Mapping[str, str]) -> date | None:
    text = env.get("ANHU_TODAY")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"ANHU_TODAY is {text!r}; write it as 2026-11-21.") from None


def _proxies(env: Mapping[str, str]) -> int:
    text = env.get("ANHU_PROXIES") or "0"
    if text not in {"0", "1", "2", "3"}:
        raise ConfigurationError(f"ANHU_PROXIES is {text!r}; it is the number of proxies in front, 0 to 3.")
    return int(text)


# what each gateway cannot do without
_NEEDED = {
    "twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    "tencent": ("TENCENT_SECRET_ID", "TENCENT_SECRET_KEY", "TENCENT_SMS_APP_ID", "TENCENT_SMS_SIGN"),
    "wecom": ("ANHU_STAFF_WEBHOOK_URL",),
    "dingtalk": ("ANHU_STAFF_WEBHOOK_URL",),
    "feishu": ("ANHU_STAFF_WEBHOOK_URL",),
    "email": ("ANHU_SMTP_HOST", "ANHU_SMTP_FROM"),
}


def _sending(env: Mapping[str, str]) -> Sending:
    sms, staff = env.get("ANHU_SMS") or "off", env.get("ANHU_STAFF_ALERTS") or "off"
    for name, chosen, known in (("ANHU_SMS", sms, SMS_GATEWAYS), ("ANHU_STAFF_ALERTS", staff, STAFF_GATEWAYS)):
        if chosen not in known:
            raise ConfigurationError(f"{name} is {chosen!r}; it must be one of: {', '.join(known)}.")
        missing = [needed for needed in _NEEDED.get(chosen, ()) if not env.get(needed)]
        if missing:
            raise ConfigurationError(f"{name}={chosen} needs {', '.join(missing)} as well.")
    if sms == "twilio" and not (env.get("TWILIO_FROM") or env.get("TWILIO_MESSAGING_SERVICE_SID")):
        raise ConfigurationError("ANHU_SMS=twilio needs TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID as well.")
    return Sending(
        sms=sms,
        staff=staff,
        per_second=_number(env, "ANHU_SMS_PER_SECOND", 5, 100),
        timeout=float(_number(env, "ANHU_SMS_TIMEOUT", 10, 25)),
        twilio_sid=env.get("TWILIO_ACCOUNT_SID", ""),
        twilio_token=env.get("TWILIO_AUTH_TOKEN", ""),
        twilio_from=env.get("TWILIO_FROM", ""),
        twilio_service=env.get("TWILIO_MESSAGING_SERVICE_SID", ""),
        twilio_url=env.get("ANHU_TWILIO_BASE_URL", ""),
        tencent_id=env.get("TENCENT_SECRET_ID", ""),
        tencent_key=env.get("TENCENT_SECRET_KEY", ""),
        tencent_app=env.get("TENCENT_SMS_APP_ID", ""),
        tencent_sign=env.get("TENCENT_SMS_SIGN", ""),
        tencent_region=env.get("TENCENT_SMS_REGION") or "ap-guangzhou",
        tencent_url=env.get("ANHU_TENCENT_BASE_URL", ""),
        webhook_url=env.get("ANHU_STAFF_WEBHOOK_URL", ""),
        webhook_secret=env.get("ANHU_STAFF_WEBHOOK_SECRET", ""),
        smtp_host=env.get("ANHU_SMTP_HOST", ""),
        smtp_port=_number(env, "ANHU_SMTP_PORT", 465, 65_535),
        smtp_user=env.get("ANHU_SMTP_USER", ""),
        smtp_password=env.get("ANHU_SMTP_PASSWORD", ""),
        smtp_from=env.get("ANHU_SMTP_FROM", ""),
        smtp_security=_smtp_security(env),
    )


def _smtp_security(env: Mapping[str, str]) -> str:
    chosen = env.get("ANHU_SMTP_SECURITY") or "tls"
    if chosen not in {"tls", "starttls", "none"}:
        raise ConfigurationError(f"ANHU_SMTP_SECURITY is {chosen!r}; it must be tls, starttls or none.")
    return chosen


def _number(env: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    text = env.get(name) or str(otherwise)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ConfigurationError(f"{name} is {text[:20]!r}; it is a number from 1 to {most}.")
    return int(text)


def _refuse_unsafe_production(settings: Settings) -> None:
    if settings.today is not None:
        raise ConfigurationError("ANHU_TODAY is for demonstrations and tests; production follows the real clock.")
    if not settings.is_https:
        raise ConfigurationError("ANHU_PUBLIC_URL must begin with https:// in production.")
    secrets_in_use = (settings.secret_key, *(k.id for k in (*settings.data_keys, *settings.index_keys)))
    if any(secret.startswith("demo-") for secret in secrets_in_use):
        raise ConfigurationError("A demonstration key is set; production needs keys of its own (flask keys new).")
    if len(settings.secret_key) < 32:
        raise ConfigurationError("ANHU_SECRET_KEY is shorter than 32 characters.")
    _refuse_unsafe_sending(settings.sending)
    path = sqlite_path(settings.database_url)
    if path and _file_system(path) in NETWORK_FILE_SYSTEMS:
        raise ConfigurationError("The SQLite file is on a network disk, where its locks cannot be trusted.")


def _refuse_unsafe_sending(sending: Sending) -> None:
    """Numbers and words leave the house under encryption only; a stand-in on the machine itself is no way out of it."""
    for name, url in (
        ("ANHU_TWILIO_BASE_URL", sending.twilio_url),
        ("ANHU_TENCENT_BASE_URL", sending.tencent_url),
        ("ANHU_STAFF_WEBHOOK_URL", sending.webhook_url),
    ):
        if url and urlsplit(url).scheme != "https":
            raise ConfigurationError(f"{name} must begin with https:// in production.")
    if sending.staff == "email" and sending.smtp_security == "none":
        raise ConfigurationError("ANHU_SMTP_SECURITY must be tls or starttls in production.")


def web_port() -> int:
    """Where `make run` serves; `PORT` overrides. Raises `ConfigurationError`."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise ConfigurationError(
            f"PORT is {text[:20]!r}; it is a number from 1 to 65535, for example PORT=8010 make run."
        )
    return int(text)


def sqlite_path(database_url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(database_url.removeprefix(prefix)) if database_url.startswith(prefix) else None


def _file_system(path: Path) -> str:
    """The type of the file system that holds `path`, from the mount table; empty where there is none."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    resolved = str(path.resolve())
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8").splitlines():
        _, point, file_system = line.split()[:3]
        inside = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if inside and len(point) > len(best):
            best, kind = point, file_system
    return kind
