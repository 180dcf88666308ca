"""What BizTech's database guide shows, in its order, and the test that runs each. It has no code: its tables of
environments and of tables are its snippets, a row each, with the sentences that promise something.

A row of the guide stands as its text has it, with the cells one after the other.
"""

from __future__ import annotations

from typing import Final

from systems.snippet import Snippet

_TESTS: Final = "tests/systems/biztech/test_biztech_snippets.py"

_NAMES: Final = "The guide gives the table's name and purpose alone; its key and indexes are this project's."

CORE: Final = (
    "biztechEventsid (string)year (number)All events",
    "biztechUsersid (string = email)-User accounts",
    "biztechRegistrationsid (string = email)eventID;year (string)Event registrations",
    "biztechMembers2026id (string = email)-Club members",
    "biztechProfilesid (string)eventID;year (string)Profiles + connections",
    "biztechTeamseventID;year (string)id (string)Teams per event",
    "biztechQRseventID;year (string)id (string)QR codes per event",
    "biztechQuestsid (string = email)eventID;year (string)Quest progress",
    "biztechQuizzesid (string)eventID;year (string)Quiz results",
    "biztechPrizesid (string)-Prize catalog",
    "biztechTransactionsid (string = UUID)-Point transactions",
    "biztechInvestmentsid (string = UUID)eventID;year (string)Kickstart investments",
)
REAL_TIME: Final = (
    "bizConnectionsConnection records between profiles",
    "bizWallSocketsWebSocket connections for the live connection wall",
    "bizLiveConnectionsRecent connections for wall animation (with TTL)",
    "bizSocketsWebSocket connections for the sticker/voting system",
    "bizStickersSticker votes",
    "bizScoresScoring data",
    "bizFeedbackJudge feedback",
    "bizJudgeJudge assignment tracking",
)
EXCHANGE: Final = (
    "bizBtxProjectsProjects/companies in the exchange",
    "bizBtxAccountsUser trading accounts (balance, portfolio value)",
    "bizBtxHoldingsUser share holdings",
    "bizBtxTradesTrade history",
    "bizBtxSocketsWebSocket connections for real-time prices",
    "bizBtxPricesPrice history snapshots",
)
TABLES: Final = (
    "biztechEvents", "biztechUsers", "biztechRegistrations", "biztechMembers2026", "biztechProfiles", "biztechTeams",
    "biztechQRs", "biztechQuests", "biztechQuizzes", "biztechPrizes", "biztechTransactions", "biztechInvestments",
    "bizConnections", "bizWallSockets", "bizLiveConnections", "bizSockets", "bizStickers", "bizScores", "bizFeedback",
    "bizJudge", "bizBtxProjects", "bizBtxAccounts", "bizBtxHoldings", "bizBtxTrades", "bizBtxSockets", "bizBtxPrices",
)  # fmt: skip

_MENDED: Final = {
    "biztechTransactions": "As written, and with an index by user and moment: a user's points are asked for by user.",
    "bizBtxAccounts": f"{_NAMES} The balance is stored; the portfolio's value is worked out from the prices when it is "
    "asked for, since each trade changes it for all who hold the project.",
}


def _rows(texts: tuple[str, ...], mended: str) -> tuple[Snippet, ...]:
    """A snippet for each row of the guide's tables of tables."""
    return tuple(
        Snippet(
            f"the table {name}", text, f"{_TESTS}::test_a_table_is_used_as_the_guide_says[{name}]",
            _MENDED.get(name, mended),
        )
        for text in texts
        for name in TABLES
        if text.startswith(name)
    )  # fmt: skip


SNIPPETS: Final = (
    Snippet(
        "items of different shapes in one table",
        "each item is a JSON document with a primary key. You can store different shapes of data in the same table.",
        f"{_TESTS}::test_items_of_different_shapes_lie_in_one_table",
    ),
    Snippet(
        "names by environment",
        "All table names automatically get the ENVIRONMENT variable appended at runtime. This is handled by lib/db.js, "
        "so you never need to add the suffix manually.",
        f"{_TESTS}::test_the_suffix_is_appended_by_the_module",
        "The module is `systems/biztech/db.py`. The environment is an argument, so that two can be open at once; the "
        "command line takes it as `--environment`.",
    ),
    Snippet(
        "the environment dev", 'Dev"" (empty)biztechEvents',
        f"{_TESTS}::test_an_environment_has_its_suffix[dev]",
    ),
    Snippet(
        "the environment staging", 'Staging"" (empty)biztechEvents',
        f"{_TESTS}::test_an_environment_has_its_suffix[staging]",
    ),
    Snippet(
        "the environment production", 'Production"PROD"biztechEventsPROD',
        f"{_TESTS}::test_an_environment_has_its_suffix[production]",
    ),
    Snippet(
        "dev and staging share their tables",
        "both dev and staging have an empty suffix, they read from the same tables. Be careful with destructive "
        "operations in staging since they affect dev too.",
        f"{_TESTS}::test_staging_reads_devs_items_and_warns_before_it_destroys",
    ),
    *_rows(CORE, ""),
    *_rows(REAL_TIME, _NAMES),
    *_rows(EXCHANGE, _NAMES),
)  # fmt: skip
