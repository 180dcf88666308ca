"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction.

All read a statement in the same order: its parameters; its text; its table; what it asks of that table. A batch tells
what is wrong with a statement beside the answers of the others, a transaction refuses or cancels as a whole.
"""

from stator.api.partiql.batches import batch_execute_statement
from stator.api.partiql.single import execute_statement
from stator.api.partiql.transactions import execute_transaction

__all__ = ["batch_execute_statement", "execute_statement", "execute_transaction"]
