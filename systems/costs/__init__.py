"""What access patterns cost, as the database itself measures it: units, requests, items, bytes, storage, and money.

    meter = Meter(db)
    design = Shop(meter.db)
    patterns = [AccessPattern("an order", "One order by its key.", lambda: design.order("o1"))]
    report = measure(meter, "dev", patterns, tables=["shop"])
    prices().million(report.patterns[0])        # Decimal: dollars for a million calls

`terminal.show` and `markdown.costs_table` render a report; `terminal.show_beside` shows one environment beside another.
"""

from systems.costs.measuring import (
    AccessPattern,
    DataMissingError,
    Measured,
    Report,
    StoredTable,
    measure,
    refused,
)
from systems.costs.pricing import Prices, PricesError, prices

__all__ = [
    "AccessPattern", "DataMissingError", "Measured", "Prices", "PricesError", "Report", "StoredTable", "measure",
    "prices", "refused",
]  # fmt: skip
