"""The text "DynamoDB Design Patterns", line by line."""

from __future__ import annotations

from typing import Final

from patterns.claims import Claim

_PAGES: Final = "tests/patterns/test_pattern_pages.py::"
_PROMISES: Final = "tests/patterns/test_pattern_promises.py::"
_RACES: Final = "tests/patterns/test_pattern_races.py::"
_TEMPLATES: Final = "tests/patterns/test_pattern_templates.py::"
_NINE: Final = (f"{_PAGES}test_a_page_is_what_its_pattern_does",)


def _pattern(says: str, name: str, *tests: str) -> Claim:
    return Claim(says, f"[its page]({name}.md)", (*_NINE, *tests))


CATALOGUE_CLAIMS: Final = (
    Claim(
        "Demonstrate how to design DynamoDB tables based on access patterns",
        "Each page begins with them; a design whose pattern no key or index serves does not load "
        "([model](../model.md)).",
        (
            f"{_PAGES}test_every_pattern_of_a_design_is_shown_and_none_scans",
            "tests/model/test_model_wrong_designs.py::test_a_wrong_design_is_refused_with_its_one_line",
        ),
    ),
    Claim(
        "Explore single-table design and when (and when not) to use it",
        '[single table](single_table.md), with its own "when not to use it"; [relationships](relationships.md) and '
        "[the audit trail](audit_trail.md) have a table each, and say why.",
        (f"{_PAGES}test_every_page_weighs_and_says_when_not",),
    ),
    Claim(
        "Show real-world patterns used in serverless architectures",
        "Handlers in the shape of AWS Lambda for [connections](connections.md), [events](time_based.md) and "
        "[the outbox](outbox.md), and the templates that deploy them.",
        (
            "tests/patterns/test_pattern_deployed.py::test_the_handler_that_a_template_names_is_fed_by_the_real_stream",
        ),
    ),
    Claim(
        "Document design decisions, trade-offs, and constraints",
        '"Why it is so" and "Trade-offs" on each page.',
        (f"{_PAGES}test_every_page_weighs_and_says_when_not",),
    ),
    Claim(
        "Serve as a learning and interview reference for senior-level discussions",
        "The [index](README.md), and [when DynamoDB is the wrong choice](when-not.md).",
        (
            "tests/patterns/test_pattern_when_not.py::test_the_plan_of_a_bad_query_shows_that_all_is_read_for_a_part",
        ),
    ),
    Claim(
        "Not a beginner tutorial, nor a generic AWS SDK showcase",
        'The pages\' code is designs and their calls; what an SDK sees is in the table "answered by".',
    ),
    Claim(
        "Principle: access patterns first",
        "As the first line.",
        (f"{_PAGES}test_every_pattern_of_a_design_is_shown_and_none_scans",),
    ),
    Claim(
        "Principle: single-table where it makes sense",
        "Two of the seventeen patterns have several tables: relationships, with tables as they may be there "
        "already, and the audit trail, whose tables have rights of their own.",
        (f"{_PAGES}test_most_patterns_are_one_table",),
    ),
    Claim(
        "Principle: minimal GSIs; only when access patterns cannot be satisfied by the primary keys",
        "No design has an index that none of its patterns uses.",
        (f"{_PAGES}test_no_design_has_an_index_that_no_pattern_uses",),
    ),
    Claim(
        "Principle: explicit trade-offs: why a pattern exists and what it optimizes",
        '"Why it is so", "Trade-offs", "When not to use it" on each page.',
        (f"{_PAGES}test_every_page_weighs_and_says_when_not",),
    ),
    Claim(
        "Principle: production-oriented: scalability, cost, consistency, and operational simplicity",
        "The four rows of each page's trade-offs; cost also as units that the database measured.",
        (
            f"{_PAGES}test_every_page_weighs_and_says_when_not",
            f"{_PAGES}test_each_example_says_what_it_is_and_measures_what_it_sends",
        ),
    ),
    _pattern(
        "Single-Table Core Pattern",
        "single_table",
        "tests/patterns/test_pattern_single_table.py::test_a_customer_comes_with_all_orders_and_nothing_else",
    ),
    _pattern(
        "One-to-Many and Many-to-One relationships",
        "relationships",
        f"{_PROMISES}test_the_children_of_one_parent_come_in_order_and_no_others",
    ),
    _pattern(
        "Hierarchical data (adjacency lists)",
        "hierarchy",
        f"{_PROMISES}test_a_subtree_has_no_neighbour_whose_name_begins_alike",
        f"{_PROMISES}test_an_edge_is_seen_from_both_ends",
    ),
    _pattern(
        "Time-based and event data",
        "time_based",
        f"{_PROMISES}test_a_range_of_time_has_its_first_moment_and_not_its_last",
        "tests/patterns/test_pattern_functions.py::test_the_latest_of_a_device_is_not_set_back",
    ),
    _pattern(
        "Connection/session tracking (e.g. WebSocket use cases)",
        "connections",
        f"{_PROMISES}test_a_connection_that_is_renewed_outlives_the_others",
    ),
    _pattern(
        "Conditional writes and idempotency",
        "conditional_writes",
        f"{_PROMISES}test_of_many_withdrawals_at_once_only_what_the_balance_allows_is_done",
        f"{_PROMISES}test_a_payment_is_done_once_and_a_refused_one_not_at_all",
    ),
    _pattern(
        "Versioning and soft deletes",
        "versioning",
        f"{_RACES}test_edits_at_once_lose_no_text_and_number_none_twice",
    ),
    _pattern(
        "TTL and lifecycle management",
        "lifecycle",
        f"{_PROMISES}test_an_expired_session_is_not_returned_though_it_is_stored",
    ),
    _pattern(
        "Indexing strategies (GSI / LSI)",
        "indexing",
        f"{_PROMISES}test_the_sparse_index_holds_what_is_urgent_and_follows_it",
        f"{_PROMISES}test_the_local_index_orders_by_priority_and_is_read_consistently",
    ),
    Claim(
        "Each pattern is documented with: access patterns; table design (PK / SK); example items; query examples; "
        "design rationale",
        "The sections of each page, made by running its module.",
        (f"{_PAGES}test_every_page_has_its_sections_in_their_order", *_NINE),
    ),
    Claim(
        "Amazon DynamoDB; AWS SDK (Node.js / TypeScript or Python)",
        "The modules use `stator.open`, which takes a boto3 session, client or resource; the tables that they make "
        "are served to the SDKs of any language.",
        (
            f"{_PAGES}test_a_pattern_does_the_same_over_http",
            "tests/clients/test_javascript_sdk.py::test_an_index_is_queried_in_the_order_of_its_sort_key",
        ),
    ),
    Claim(
        "AWS Lambda",
        "`handler(event, context)` with partial batch answers, fed by the stream.",
        ("tests/patterns/test_pattern_functions.py::test_an_event_has_the_shape_that_lambda_gives",),
    ),
    Claim(
        "AWS SAM / CloudFormation",
        "[templates](templates), one for each pattern; what is no table in them is for `sam deploy`. They were "
        "applied by `stator apply`, and not deployed to AWS by the tests.",
        (f"{_TEMPLATES}test_a_pattern_runs_on_the_tables_that_its_template_makes",),
    ),
    Claim(
        "DynamoDB Local (for local testing)",
        "Stator in its place: in process or as a server.",
        (f"{_PAGES}test_a_pattern_does_the_same_over_http",),
    ),
    Claim(
        "The focus is data modeling, not framework-specific code",
        "Entities and keys stand on each page as tables and items, too.",
        (f"{_PAGES}test_every_page_has_its_sections_in_their_order",),
    ),
    Claim("Who this is for; status: work in progress", "Nothing to run."),
)
