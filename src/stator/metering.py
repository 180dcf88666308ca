"""`Meter`: what each request to a database consumed, in capacity units, on every door."""

from stator.client.metering import Meter, Sent, Used

__all__ = ["Meter", "Sent", "Used"]
