"""ExecuteStatement: one page of a SELECT, or one write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.consumed import report_write
from stator.api.partiql.requests import asked, parameters_of
from stator.api.partiql.selects import select
from stator.api.partiql.writes import single_key, write_of
from stator.engine.items import Written
from stator.errors import ValidationException
from stator.storage.contract import Steps, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database

EXISTS_OUTSIDE = "EXISTS can only be used in ExecuteTransaction write requests."


def execute_statement(db: Database, request: Request, call: Call) -> Steps[Answer]:
    statement = asked(request, parameters_of(request))
    if statement.statement.exists:
        raise ValidationException(EXISTS_OUTSIDE)
    if statement.statement.reads:
        return (yield from select(db, request, call, statement))
    if "NextToken" in request:
        raise ValidationException("NextToken does not match request")
    write = write_of(db, call, statement)
    single_key(write.table, statement)
    action = write.place()
    db.hardships.refuse_conflict()

    def run(tx: Transaction) -> Written:
        return action.do(tx, db.catalogue.current(tx, action.table))

    written: Written = yield Work(
        db.writing(action.table, run), (action.key.stored,), (action.table.catalogue_key,), action.size
    )
    returned = write.returned(written)
    answer: Answer = {"Items": [] if returned is None else [Raw(returned)]}
    report_write(request, call, written, answer)
    return answer
