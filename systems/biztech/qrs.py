"""QR codes at booths and talks: who scans one gets its points, once, in one transaction with the ledger's entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.model import Attr, ConditionFailedError, NotFoundError, StaleError, ref
from systems.biztech.context import Context
from systems.biztech.design.core import QR, Registration
from systems.biztech.refusals import NotRegisteredError, ScanError
from systems.biztech.transactions import Transactions


class QRs:
    """`event` is an event's key, `user` an email."""

    def __init__(self, context: Context, transactions: Transactions) -> None:
        self._context = context
        self._design = context.design
        self._transactions = transactions

    def create(self, event: str, id: str, points: int, **details: Any) -> QR:
        """`details`: other fields of QR. Raises AlreadyExistsError."""
        made = QR(event=event, id=id, points=points, created_at=self._context.moment(), **details)
        return self._design.create(made)

    def find(self, event: str, id: str) -> QR | None:
        """The code, or None."""
        return self._design.qr(event, id)

    def at(self, event: str) -> list[QR]:
        """The codes of an event."""
        return self._design.qrs_at(event).all()

    def update(self, event: str, id: str, changes: Mapping[str, Any]) -> QR:
        """Returns the code as it is then. Raises NotFoundError."""
        return self._design.update(ref(QR, event=event, id=id), changes)

    def delete(self, event: str, id: str) -> None:
        """Nothing happens when there is none; points stay. In staging it warns."""
        self._design.erase(ref(QR, event=event, id=id))

    def scan(self, user: str, event: str, id: str) -> int:
        """Gives the user the code's points; returns how many that are. Atomic. Raises ScanError for a code that is not
        active or was scanned by this user before, NotRegisteredError for who has no place, NotFoundError."""
        return self._context.again(lambda: self._scan(user, event, id))

    def _scan(self, user: str, event: str, id: str) -> int:
        code = self.find(event, id)
        if code is None:
            raise NotFoundError(f"there is no QR code {id} at {event}")
        new = Attr("registration_status").is_in(["registered", "checkedIn"])
        if not code.is_unlimited:
            new = new & ~Attr("scanned").contains(id)
        as_read = Attr("is_active").eq(True) & Attr("points").eq(code.points)
        try:
            with self._design.transaction() as every:
                every.check(code, if_=as_read & Attr("is_unlimited").eq(code.is_unlimited))
                every.update(
                    ref(Registration, id=user, event=event),
                    add={"points": code.points, "scanned": {id}}, if_=new,
                )  # fmt: skip
                every.create(self._transactions.entry(user, event, code.points, f"QR {id}"))
        except (ConditionFailedError, NotFoundError) as error:
            self._refuse(user, event, id)
            raise StaleError(f"QR code {id} has changed") from error
        return code.points

    def _refuse(self, user: str, event: str, id: str) -> None:
        """Raises for a scan that does not count."""
        code = self.find(event, id)
        if code is None or not code.is_active:
            raise ScanError(f"QR code {id} is not active")
        held = self._design.registration(user, event)
        if held is None or held.registration_status not in ("registered", "checkedIn"):
            raise NotRegisteredError(f"{user} has no place at {event}")
        if not code.is_unlimited and id in held.scanned:
            raise ScanError(f"{user} has scanned QR code {id} already")
