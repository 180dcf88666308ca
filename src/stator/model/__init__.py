"""Data modelling that begins with access patterns: on a database in process, on a server, and on AWS, unchanged.

Needs Pydantic: pip install "stator[model]".
"""

from stator.errors import MissingLibraryError

try:
    import pydantic as _pydantic  # noqa: F401
except ImportError as error:  # pragma: no cover
    raise MissingLibraryError('stator.model needs pydantic: pip install "stator[model]"') from error

from stator.client.conditions import Attr as Attr
from stator.model.calls import BatchCall, CountCall, GetCall, QueryCall
from stator.model.conditions import above, at_least, at_most, below, filtered, is_, starts_with
from stator.model.designs import Design
from stator.model.entities import Entity, Stored
from stator.model.explaining import Plan
from stator.model.faults import (
    AlreadyExistsError,
    ArgumentError,
    ConditionFailedError,
    CursorError,
    DesignError,
    ForeignItemError,
    KeyValueError,
    MissingAttributesError,
    ModelError,
    NotFoundError,
    SharedEnvironmentError,
    SharedEnvironmentWarning,
    StaleError,
    UniqueError,
)
from stator.model.naming import Naming, Plain, Prefix, Suffix
from stator.model.patterns import Fallback, batch, collection, count, get, query, scan
from stator.model.rehearsing import WritePlan
from stator.model.results import Page, Results
from stator.model.sketches import AccessPattern
from stator.model.tables import Gsi, Lsi, Table
from stator.model.transactions import Transaction
from stator.model.writes import Ref, ref

__all__ = [
    "AccessPattern", "AlreadyExistsError", "ArgumentError", "Attr", "BatchCall", "ConditionFailedError",
    "CountCall", "CursorError", "Design", "DesignError", "Entity", "Fallback", "ForeignItemError", "GetCall",
    "Gsi", "KeyValueError", "Lsi", "MissingAttributesError", "ModelError", "Naming", "NotFoundError", "Page",
    "Plain", "Plan", "Prefix", "QueryCall", "Ref", "Results", "SharedEnvironmentError",
    "SharedEnvironmentWarning", "StaleError", "Stored", "Suffix", "Table", "Transaction", "UniqueError",
    "WritePlan", "above", "at_least", "at_most", "batch", "below", "collection", "count", "filtered", "get",
    "is_", "query", "ref", "scan", "starts_with",
]  # fmt: skip
