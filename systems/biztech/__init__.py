"""BizTech: a student club's events, from registration to the stock exchange, on 26 tables.

from systems.biztech import BizTech
"""

from systems.biztech.again import BusyError as BusyError
from systems.biztech.club import BizTech as BizTech
from systems.biztech.context import Context as Context
from systems.biztech.design import BizTechDesign as BizTechDesign

__all__ = ["BizTech", "BizTechDesign", "BusyError", "Context"]
