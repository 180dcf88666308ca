"""BizTech's design: its 26 tables, what lies in them, and every way in which they are read.

Each part has its module: `core` (events, people, teams), `points` (quests to judging), `realtime` (sockets and the
wall), `exchange` (the stock exchange). The names of tables get their environment's suffix here and nowhere else.
"""

from __future__ import annotations

from typing import Final

from stator.model import Design, Suffix
from systems.biztech.design import core, exchange, points, realtime
from systems.biztech.design.core import CorePatterns
from systems.biztech.design.exchange import ExchangePatterns
from systems.biztech.design.points import PointsPatterns
from systems.biztech.design.realtime import RealTimePatterns

SUFFIXES: Final = {"dev": "", "staging": "", "production": "PROD"}
"""Environment -> what follows each table's name. Dev and staging share their tables: staging warns before it
destroys."""


class BizTechDesign(ExchangePatterns, RealTimePatterns, PointsPatterns, CorePatterns, Design):
    """All of BizTech's tables. `BizTechDesign(stator.open(...), "production")`."""
    # Patterns are listed from the last base to the first.

    naming = Suffix(SUFFIXES)
    tables = (*core.TABLES, *points.TABLES, *realtime.TABLES, *exchange.TABLES)
    entities = (*core.ENTITIES, *points.ENTITIES, *realtime.ENTITIES, *exchange.ENTITIES)
