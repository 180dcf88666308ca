"""Members, by email and by the profile that others scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stator.model import AlreadyExistsError, ArgumentError, NotFoundError
from systems.biztech import BizTech

ANN = "ann@example.com"


def test_a_member_is_made_found_changed_and_deleted(club: BizTech) -> None:
    made = club.members.create(ANN, "Ann", "Lee", faculty="Arts")
    assert club.members.get(ANN) == made
    assert club.members.update(ANN, {"faculty": "Science"}).faculty == "Science"
    with pytest.raises(AlreadyExistsError):
        club.members.create(ANN, "Another", "Ann")
    club.members.delete(ANN)
    assert club.members.find(ANN) is None
    with pytest.raises(NotFoundError, match=r"ann@example\.com is no member"):
        club.members.get(ANN)


def test_a_member_is_found_by_the_profile(club: BizTech) -> None:
    club.members.create(ANN, "Ann", "Lee")
    club.members.create("bob@example.com", "Bob", "Ray", profile_id="p-bob")
    assert club.members.with_profile("none") is None
    profile_id = club.members.profile_id(ANN)
    assert club.members.profile_id(ANN) == profile_id
    found = [club.members.with_profile(each) for each in (profile_id, "p-bob")]
    assert [each and each.id for each in found] == [ANN, "bob@example.com"]


def test_a_profile_id_is_given_once_also_to_many_at_once(
    club: BizTech, at_once: Callable[[Sequence[Callable[[], Any]]], list[Any]]
) -> None:
    club.members.create(ANN, "Ann", "Lee")
    given = at_once([lambda: club.members.profile_id(ANN)] * 6)
    assert set(given) == {club.members.get(ANN).profile_id}


def test_a_profile_id_that_others_have_scanned_does_not_change(club: BizTech) -> None:
    club.members.create(ANN, "Ann", "Lee", profile_id="p1")
    with pytest.raises(ArgumentError, match="others have scanned it"):
        club.members.update(ANN, {"profile_id": "p2"})
    with pytest.raises(NotFoundError):
        club.members.update("bob@example.com", {"faculty": "Arts"})
