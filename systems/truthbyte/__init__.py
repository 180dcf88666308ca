"""TruthByte: a game of true and false on nine tables. `TruthByte` is all of it; `python -m systems.truthbyte` plays."""

from systems.truthbyte.design import ENVIRONMENTS as ENVIRONMENTS
from systems.truthbyte.design import GENERAL as GENERAL
from systems.truthbyte.design import TruthByteTables as TruthByteTables
from systems.truthbyte.faults import TruthByteError as TruthByteError
from systems.truthbyte.game import TruthByte as TruthByte
from systems.truthbyte.world import Settings as Settings

__all__ = ["ENVIRONMENTS", "GENERAL", "Settings", "TruthByte", "TruthByteError", "TruthByteTables"]
