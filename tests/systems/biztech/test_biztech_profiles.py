"""Profiles: a member as others see them at an event."""

from __future__ import annotations

import pytest

from stator.model import AlreadyExistsError, ArgumentError, NotFoundError
from systems.biztech import BizTech

ANN = "ann@example.com"
BLUEPRINT, KICKSTART = "blueprint;2026", "kickstart;2026"


@pytest.fixture
def with_ann(club: BizTech) -> BizTech:
    club.members.create(ANN, "Ann", "Lee", profile_id="p-ann")
    return club


def test_a_profile_has_the_members_names_and_what_is_given(with_ann: BizTech) -> None:
    made = with_ann.profiles.create(ANN, BLUEPRINT, headline="Builder", links={"web": "https://example.com"})
    assert (made.id, made.fname, made.lname, made.connections) == ("p-ann", "Ann", "Lee", set())
    assert with_ann.profiles.get("p-ann", BLUEPRINT) == made
    assert with_ann.profiles.create(ANN, KICKSTART, fname="Annie").fname == "Annie"
    assert [each.event for each in with_ann.profiles.of("p-ann")] == [BLUEPRINT, KICKSTART]


def test_a_member_without_a_profile_id_gets_one(club: BizTech) -> None:
    club.members.create(ANN, "Ann", "Lee")
    made = club.profiles.create(ANN, BLUEPRINT)
    found = club.members.with_profile(made.id)
    assert found is not None
    assert found.id == ANN


def test_a_profile_is_made_once_an_event(with_ann: BizTech) -> None:
    with_ann.profiles.create(ANN, BLUEPRINT)
    with pytest.raises(AlreadyExistsError):
        with_ann.profiles.create(ANN, BLUEPRINT)
    with pytest.raises(NotFoundError, match="is no member"):
        with_ann.profiles.create("bob@example.com", BLUEPRINT)


def test_a_profile_is_changed_and_deleted(with_ann: BizTech) -> None:
    with_ann.profiles.create(ANN, BLUEPRINT)
    assert with_ann.profiles.update("p-ann", BLUEPRINT, {"company": "ACME"}).company == "ACME"
    with pytest.raises(ArgumentError, match="are made by"):
        with_ann.profiles.update("p-ann", BLUEPRINT, {"connections": {"p2"}})
    with_ann.profiles.delete("p-ann", BLUEPRINT)
    assert with_ann.profiles.find("p-ann", BLUEPRINT) is None
    with pytest.raises(NotFoundError, match="no profile p-ann at blueprint;2026"):
        with_ann.profiles.get("p-ann", BLUEPRINT)
