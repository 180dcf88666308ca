"""Where settings come from: flags, STATOR_* variables, a TOML file, defaults; in that order of precedence.

A wrong one is refused whichever source it stands in, with its name, where it was given and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stator.cli.settings import BY_NAME, ENV_PREFIX, SETTINGS, Setting, Settings
from stator.errors import SettingError

CONFIG_ENV = "STATOR_CONFIG"
CONFIG_DEFAULT = "stator.toml"
# What Kubernetes puts into the environment of pods beside a service named stator
_OF_KUBERNETES = re.compile(r"STATOR_(SERVICE_.*|PORT_[0-9]+_.*)")


def resolve(flags: Mapping[str, Any], environ: Mapping[str, str], config: str | None) -> Settings:
    """`flags`: what the command line gave, by setting; `config`: the file it named. Raises SettingError."""
    from_file, file_name = read_file(config or environ.get(CONFIG_ENV), environ, config is not None)
    from_env = _of_environment(environ)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        name = setting.name
        values[name] = setting.default
        if name in from_file:
            values[name] = _parse(setting, from_file[name], f"{name} in {file_name}")
        if name in from_env:
            values[name] = _parse(setting, _split(setting, from_env[name]), setting.env)
        if flags.get(name) is not None:
            values[name] = _parse(setting, flags[name], setting.flag)
    return Settings(**values)


def read_file(path: str | None, environ: Mapping[str, str], by_flag: bool) -> tuple[dict[str, Any], str]:
    """The keys of the settings' file and its name. A file that was not named may be absent."""
    if path is None and not Path(CONFIG_DEFAULT).is_file():
        return {}, ""
    import tomllib

    name = path or CONFIG_DEFAULT
    source = "--config" if by_flag else CONFIG_ENV
    try:
        with open(name, "rb") as file:
            read = tomllib.load(file)
    except OSError as error:
        raise SettingError(f"{source}: cannot read {name}: {error.strerror}; allowed: a TOML file") from error
    except ValueError as error:
        raise SettingError(f"{name} is no TOML file: {error}") from error
    keys = {key.replace("-", "_"): value for key, value in read.items()}
    for key in keys:
        if key not in BY_NAME:
            raise SettingError(f"{name}: there is no setting '{key}'{_nearest(key, list(BY_NAME))}")
    return keys, name


def _of_environment(environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    by_env = {setting.env: setting.name for setting in SETTINGS}
    for variable, value in environ.items():
        if variable in by_env:
            # An empty variable is one that was not set: how a container's environment leaves it out
            if value != "":
                found[by_env[variable]] = value
        elif (
            variable.startswith(ENV_PREFIX)
            and variable != CONFIG_ENV
            and not _OF_KUBERNETES.fullmatch(variable)
        ):
            raise SettingError(
                f"the environment's {variable}: there is no such setting{_nearest(variable, list(by_env))}"
            )
    return found


def _split(setting: Setting, value: str) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if setting.many else value


def _parse(setting: Setting, value: Any, source: str) -> Any:
    if not setting.many:
        return _parse_one(setting, value, source)
    values = value if isinstance(value, list) else [value]
    return tuple(_parse_one(setting, each, source) for each in values)


def _parse_one(setting: Setting, value: Any, source: str) -> Any:
    try:
        return setting.parse(value)
    except (ValueError, TypeError):
        shown = value if isinstance(value, str) else repr(value)
        raise SettingError(f"{source} is '{shown}'; allowed: {setting.allowed}") from None


def _nearest(name: str, names: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
