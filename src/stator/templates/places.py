"""Where a database's tables lie: the region and account that their ARNs carry."""

from __future__ import annotations

from stator.client.transport import Transport
from stator.templates.presence import describe
from stator.templates.tables import Place

_REGION = "us-east-1"
_ACCOUNT = "000000000000"


def place_of(transport: Transport) -> Place:
    """By the ARN of a table; of a database without any, what its own options or the connection to it say."""
    names = transport.call("ListTables", {"Limit": 1})["TableNames"]
    table = describe(transport, names[0]) if names else None
    if table is not None:
        _, _, _, region, account, _ = str(table["TableArn"]).split(":", 5)
        return Place(region, account)
    options = getattr(getattr(transport, "db", None), "options", None)
    if options is not None:
        return Place(options.region, options.account)
    return Place(str(getattr(transport, "region", None) or _REGION), _ACCOUNT)
