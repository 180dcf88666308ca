"""What a request may look like: AWS's model of the services, and the words for a request that does not fit it.

`check` is the door for a value of this process; a body of the wire is decoded straight to `request_type`, and
`explain` says what is wrong with what the type refuses.
"""

from stator.api.shapes.constraints import check, explain
from stator.api.shapes.model import DYNAMODB, STREAMS, service
from stator.api.shapes.request_types import AttributeValue, decode_hook, request_type

__all__ = [
    "DYNAMODB",
    "STREAMS",
    "AttributeValue",
    "check",
    "decode_hook",
    "explain",
    "request_type",
    "service",
]
