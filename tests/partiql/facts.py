"""All facts, as parameters of a test."""

from __future__ import annotations

import facts_batches
import facts_conditions
import facts_grammar
import facts_indexes
import facts_parameters
import facts_reads
import facts_transactions
import facts_values
import facts_writes
import pytest

_MODULES = (
    facts_grammar,
    facts_values,
    facts_conditions,
    facts_parameters,
    facts_reads,
    facts_indexes,
    facts_writes,
    facts_batches,
    facts_transactions,
)
FACTS = [
    pytest.param(fact, id=f"{module.__name__[6:]}: {fact.name}"[:150])
    for module in _MODULES
    for fact in module.FACTS
]
