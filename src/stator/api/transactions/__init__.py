"""TransactWriteItems and TransactGetItems.

Both check in four steps, each of all actions before the next begins: what can be checked without a table; that the
tables are there and no key value is empty (refused like the first step, for the whole request); that each key is
the table's (the first that is not cancels the transaction, alone among its reasons); that no item comes twice.
"""

from stator.api.transactions.gets import transact_get_items
from stator.api.transactions.writes import transact_write_items

__all__ = ["transact_get_items", "transact_write_items"]
