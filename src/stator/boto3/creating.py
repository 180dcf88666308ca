"""What a client is made with where the environment says nothing: a region, and credentials, neither from a network.

botocore asks the machine's metadata service, or a web identity's, for what it does not find at hand. For a database in
the process that is a second or more of waiting for nothing.
"""

from __future__ import annotations

import inspect
from typing import Any

from botocore.config import Config
from botocore.credentials import ConfigProvider, EnvProvider, SharedCredentialProvider
from botocore.session import Session

from stator.boto3.signing import DUMMY_KEY, at_hand

SERVICES = frozenset(("dynamodb", "dynamodbstreams"))

# create_client's arguments, and what a credential calls them; older botocores have no account
_ARGUMENTS = {
    "aws_access_key_id": "access_key",
    "aws_secret_access_key": "secret_key",
    "aws_session_token": "token",
    "aws_account_id": "account_id",
}
_SIGNATURE = inspect.signature(Session.create_client)


def completed(session: Any, args: tuple[Any, ...], given: dict[str, Any], region: str) -> dict[str, Any]:
    """The arguments of `session.create_client`, all of them by name, with what has to be added."""
    bound = _SIGNATURE.bind_partial(session, *args, **given).arguments
    del bound["self"]
    config = _merged(session, bound.get("config"))
    if not (bound.get("region_name") or config.region_name or session.get_config_variable("region")):
        bound["region_name"] = region
    if _needs_credentials(session, bound):
        bound |= _credentials(session)
    mode = config.defaults_mode or session.get_config_variable("defaults_mode")
    if mode == "auto":  # it asks the metadata service where this machine is
        bound["config"] = config.merge(Config(defaults_mode="standard"))
    return bound


def _merged(session: Any, config: Any) -> Any:
    default = session.get_default_client_config()
    if default is None or config is None:
        return config or default or Config()
    return default.merge(config)


def _needs_credentials(session: Any, bound: dict[str, Any]) -> bool:
    given = bound.get("aws_access_key_id") is not None or bound.get("aws_secret_access_key") is not None
    return not given and getattr(session, "_credentials", None) is None


def _credentials(session: Any) -> dict[str, str]:
    found = _found(session)
    if found is None:
        return {"aws_access_key_id": DUMMY_KEY, "aws_secret_access_key": DUMMY_KEY}
    members = {argument: at_hand(found, name) for argument, name in _ARGUMENTS.items()}
    return {name: value for name, value in members.items() if value and name in _SIGNATURE.parameters}


def _found(session: Any) -> Any:
    """Those of the environment or of the user's files, in botocore's order; a profile that was asked for by name goes
    before the environment. Raises PartialCredentialsError."""
    profile = session.instance_variables().get("profile")
    name = session.get_config_variable("profile") or "default"
    files = (
        SharedCredentialProvider(session.get_config_variable("credentials_file"), name),
        ConfigProvider(session.get_config_variable("config_file"), name),
    )
    providers = files if profile is not None else (EnvProvider(), *files)
    return next((found for provider in providers if (found := provider.load()) is not None), None)
