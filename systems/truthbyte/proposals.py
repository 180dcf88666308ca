"""Proposals: checked field by field, and only so many from one user.

When a user proposed lately is a short list in the user's item, and a proposal and its place in that list are one
transaction, bound to the list that was read: so the limits hold whatever arrives at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from stator.conditions import Attr
from stator.model import AlreadyExistsError, ConditionFailedError, NotFoundError
from systems.truthbyte.design import Submission, User
from systems.truthbyte.faults import (
    BusyError,
    FieldError,
    SuspectSessionError,
    TooOftenError,
    UnknownError,
    checked_bool,
)
from systems.truthbyte.users import checked_user, new_user
from systems.truthbyte.world import ATTEMPTS_MAX, DAY_S, HOUR_S, World

QUESTION_CHARS: Final = (10, 200)
TITLE_CHARS: Final = (0, 200)
PASSAGE_CHARS: Final = (0, 5000)
CATEGORIES_MAX: Final = 5
CATEGORY_CHARS: Final = (1, 50)
_CATEGORY: Final = re.compile(r"[^\W_]|[ _-]")
_ID_BITS: Final = 96


def propose(
    world: World,
    submitter_id: str,
    *,
    question: str,
    suggested_answer: bool,
    categories: Sequence[str],
    title: str,
    passage: str,
    session_id: str | None,
) -> Submission:
    """See TruthByte.propose."""
    checked_user(submitter_id, "submitter_id")
    checked_bool("suggested_answer", suggested_answer)
    submission = Submission(
        id=f"sub_{world.random.getrandbits(_ID_BITS):024x}",
        question=checked_text("question", question, *QUESTION_CHARS),
        title=checked_text("title", title, *TITLE_CHARS),
        passage=checked_text("passage", passage, *PASSAGE_CHARS),
        suggested_answer=suggested_answer,
        tags=checked_categories(categories),
        submitter_id=submitter_id,
        created_at=world.second(),
    )
    _refuse_suspect(world, submitter_id, session_id)
    for _ in range(ATTEMPTS_MAX):
        before = world.tables.user(submitter_id)
        recent = _with_one_more(world, before)
        try:
            _store(world, submission, before, recent)
        except (AlreadyExistsError, NotFoundError, ConditionFailedError):
            if world.tables.submission(submission.id) is None:
                continue
        return submission
    raise BusyError(f"other proposals of {submitter_id} came first each time")


# What is taken


def checked_text(field: str, given: Any, least: int, most: int) -> str:
    """Trimmed. Raises FieldError."""
    if not isinstance(given, str):
        raise FieldError(field, f"{given!r} is not a text")
    text = given.strip()
    if not least <= len(text) <= most:
        raise FieldError(field, f"has {len(text)} characters; it takes {least} to {most}")
    if not text.isprintable():
        odd = next(each for each in text if not each.isprintable())
        raise FieldError(field, f"holds {odd!r}, which cannot be printed")
    return text


def checked_categories(given: Any) -> list[str]:
    """Each trimmed, and once. Raises FieldError."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise FieldError("categories", f"{given!r} is not a list of texts")
    names = list(dict.fromkeys(checked_text("categories", each, *CATEGORY_CHARS) for each in given))
    if not 1 <= len(names) <= CATEGORIES_MAX:
        raise FieldError("categories", f"{len(names)} of them; it takes 1 to {CATEGORIES_MAX}")
    for name in names:
        odd = next((each for each in name if not _CATEGORY.fullmatch(each)), None)
        if odd is not None:
            raise FieldError("categories", f"{name!r} holds {odd!r}; letters, digits, space, _ and - are taken")
    return names


def _refuse_suspect(world: World, submitter_id: str, session_id: str | None) -> None:
    session = world.tables.session(session_id or submitter_id)
    if session is None and session_id is not None:
        raise UnknownError(f"there is no session {session_id}")
    if session is not None and session.suspect:
        raise SuspectSessionError(
            f"session {session.session_id} proposes nothing: its address opened too many within an hour"
        )


# How often


def _with_one_more(world: World, user: User | None) -> list[int]:
    """The moments of the last day with this one. Raises TooOftenError."""
    now, settings = world.second(), world.settings
    of_day = sorted(at for at in (user.recent_proposals or () if user else ()) if at > now - DAY_S)
    of_hour = [at for at in of_day if at > now - HOUR_S]
    limits = (
        (of_day, settings.proposals_a_day_max, DAY_S, "a day"),
        (of_hour, settings.proposals_an_hour_max, HOUR_S, "an hour"),
    )
    for moments, most, span_s, within in limits:
        if len(moments) >= most:
            wait_s = moments[-most] + span_s - now if most else span_s
            raise TooOftenError(f"{most} proposals {within} are taken; the next in {wait_s} s", wait_s)
    return [*of_day, now]


def _store(world: World, submission: Submission, before: User | None, recent: list[int]) -> None:
    change = {"recent_proposals": recent, "last_active": world.moment()}
    with world.tables.transaction() as every:
        every.create(submission)
        if before is None:
            every.create(new_user(world, submission.submitter_id).model_copy(update=change))
        else:
            every.update(before, change, if_=Attr("recent_proposals").eq(before.recent_proposals))
