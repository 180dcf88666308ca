"""Budgets: what is told, and what fails a build."""

from __future__ import annotations

import json

import pytest
from inner import Inner

pytest_plugins = "pytester"

READS = """
    import orders, pytest

    @pytest.fixture(autouse=True)
    def filled(dynamodb):
        orders.create()
        for number in range(3):
            orders.add(str(number))

    def test_reads(dynamodb):
        {body}
"""
BY_QUERY = "assert len(orders.of_customer('ann')) == 3"
BY_SCAN = "assert len([item for item in orders.everything() if item['customer']['S'] == 'ann']) == 3"
BY_GETS = "assert all(orders.get(item['id']['S']) for item in orders.of_customer('ann'))"


def reads(body: str) -> str:
    return READS.format(body=body)


def test_each_test_and_place_is_told_with_what_it_cost(inner: Inner) -> None:
    result = inner.run(reads(BY_GETS), "--dynamodb-budget")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*DynamoDB budget*",
            "test_it.py::test_reads  4 calls  6 items read, 6 returned  2 RCU",
            "  orders.py:* in of_customer",
            "    Query Orders/by-customer  1 call  3 items read, 3 returned  0.5 RCU",
            "  orders.py:* in get",
            "    GetItem Orders  3 calls  3 items read, 3 returned  1.5 RCU",
            "all 1 test  4 calls*",
        ]
    )


def test_what_a_fixture_does_is_not_the_tests(inner: Inner) -> None:
    result = inner.run(reads(BY_QUERY), "--dynamodb-budget")
    assert "PutItem" not in result.stdout.str()


def test_a_filter_shows_what_was_read_for_nothing(inner: Inner) -> None:
    body = "dynamodb.table('Orders').scan(FilterExpression='id = :i', ExpressionAttributeValues={':i': '1'})"
    result = inner.run(reads(body), "--dynamodb-budget")
    result.stdout.fnmatch_lines(
        [
            "  test_it.py:* in test_reads",
            "    Scan Orders  1 call  3 items read, 1 returned  0.5 RCU  1 scan",
            "scans that no @pytest.mark.dynamodb(scans=...) allows:",
            "  Scan Orders*at test_it.py:* in test_reads",
        ]
    )


def test_a_statement_that_scans_is_a_scan(inner: Inner) -> None:
    by_key = """orders.statement('''SELECT * FROM "Orders" WHERE id = '1' ''')"""
    by_scan = """orders.statement('''SELECT * FROM "Orders" WHERE customer = 'ann' ''')"""
    assert "1 scan" not in inner.run(reads(by_key), "--dynamodb-budget").stdout.str()
    assert "1 scan" in inner.run(reads(by_scan), "--dynamodb-budget").stdout.str()


def test_a_call_over_http_is_told_from_where_it_came(inner: Inner) -> None:
    test = """
        import orders

        def test_server(dynamodb_server):
            orders.create()
            orders.add("1")
        """
    result = inner.run(test, "--dynamodb-budget")
    result.stdout.fnmatch_lines(["  orders.py:* in add", "    PutItem Orders  1 call  2 WCU"])


@pytest.mark.parametrize(
    ("mark", "body", "told"),
    [
        ("max_rcu=1", BY_GETS, "max_rcu=1, but it used 2 (1 over):"),
        ("max_wcu=1", "orders.add('8'); orders.add('9')", "max_wcu=1, but it used 4 (3 over):"),
        ("max_calls=3", BY_GETS, "max_calls=3, but it used 4 (1 over):"),
        ("scans=0", BY_SCAN, "scans=0, but it used 1 (1 over):"),
    ],
)
def test_a_test_over_its_marks_budget_fails(inner: Inner, mark: str, body: str, told: str) -> None:
    test = reads(body).replace("def test_reads", f"@pytest.mark.dynamodb({mark})\n    def test_reads")
    result = inner.run(test)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["test_it.py::test_reads is over its DynamoDB budget", told, "  *at orders.py:*"]
    )


def test_a_test_within_its_marks_budget_passes(inner: Inner) -> None:
    test = reads(BY_QUERY).replace(
        "def test_reads",
        "@pytest.mark.dynamodb(max_rcu=0.5, max_wcu=0, max_calls=1, scans=0)\n    def test_reads",
    )
    inner.run(test).assert_outcomes(passed=1)


def test_a_mark_of_a_class_holds_for_its_tests_and_a_tests_own_is_closer(inner: Inner) -> None:
    result = inner.run(
        """
        import orders, pytest

        @pytest.mark.dynamodb(scans=0)
        class TestOrders:
            def test_over(self, dynamodb):
                orders.create()
                orders.everything()

            @pytest.mark.dynamodb(scans=1)
            def test_within(self, dynamodb):
                orders.create()
                orders.everything()
        """
    )
    result.assert_outcomes(failed=1, passed=1)


def test_a_marked_test_that_uses_no_fixture_fails(inner: Inner) -> None:
    result = inner.run(
        """
        import pytest

        @pytest.mark.dynamodb(scans=0)
        def test_one():
            pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*marked dynamodb(...), but uses neither*"])


def test_a_test_that_fails_by_itself_says_only_that(inner: Inner) -> None:
    test = reads("orders.everything(); assert False").replace(
        "def test_reads", "@pytest.mark.dynamodb(scans=0)\n    def test_reads"
    )
    result = inner.run(test)
    result.assert_outcomes(failed=1)
    assert "over its DynamoDB budget" not in result.stdout.str()


# The budget file


FILE = "--dynamodb-budget-file=budget.json"


def test_the_file_has_a_line_for_each_pattern(inner: Inner) -> None:
    result = inner.run(reads(BY_GETS), FILE, "--dynamodb-budget-update")
    result.stdout.fnmatch_lines(["budget.json now says what 1 of 1 tests cost"])
    text = (inner.path / "budget.json").read_text("utf-8")
    assert json.loads(text) == {
        "version": 1,
        "tests": {
            "test_it.py::test_reads": {
                "GetItem Orders": {"calls": 3, "items_read": 3, "items_returned": 3, "rcu": 1.5},
                "Query Orders/by-customer": {"calls": 1, "items_read": 3, "items_returned": 3, "rcu": 0.5},
            }
        },
    }
    assert '      "GetItem Orders": {"calls": 3, ' in text


def test_the_same_costs_are_within_it(inner: Inner) -> None:
    inner.run(reads(BY_GETS), FILE, "--dynamodb-budget-update")
    result = inner.run(reads(BY_GETS), FILE)
    result.assert_outcomes(passed=1)
    assert "DynamoDB budget" not in result.stdout.str()


def test_a_pattern_that_got_dearer_fails_and_is_named(inner: Inner) -> None:
    inner.run(reads(BY_GETS), FILE, "--dynamodb-budget-update")
    result = inner.run(reads("orders.get('0'); " + BY_GETS), FILE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "test_it.py::test_reads is dearer than budget.json says",
            "  GetItem Orders: 2 RCU, was 1.5 (+0.5), in 4 calls, was 3",
            "    GetItem Orders  4 calls  4 items read, 4 returned  2 RCU  at orders.py:* in get",
            "If that is meant, run it again with --dynamodb-budget-update and commit the file.",
        ]
    )
    assert "Query" not in result.stdout.str()


def test_a_query_that_became_a_scan_fails(inner: Inner) -> None:
    inner.run(reads(BY_QUERY), FILE, "--dynamodb-budget-update")
    result = inner.run(reads(BY_SCAN), FILE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["  Scan Orders: was not there, now 1 call  3 items read, 3 returned  0.5 RCU  1 scan"]
    )


def test_another_pattern_that_costs_no_more_passes(inner: Inner) -> None:
    inner.run(reads(BY_QUERY), FILE, "--dynamodb-budget-update")
    result = inner.run(reads("orders.get('0')"), FILE)
    result.assert_outcomes(passed=1)


def test_code_may_move(inner: Inner) -> None:
    inner.run(reads(BY_QUERY), FILE, "--dynamodb-budget-update")
    source = (inner.path / "orders.py").read_text("utf-8")
    (inner.path / "orders.py").write_text("# moved\n\n" + source.replace("of_customer", "orders_of"), "utf-8")
    inner.run(reads(BY_QUERY.replace("of_customer", "orders_of")), FILE).assert_outcomes(passed=1)


def test_what_got_cheaper_or_is_new_is_told(inner: Inner) -> None:
    inner.run(reads(BY_GETS), FILE, "--dynamodb-budget-update")
    cheaper = inner.run(reads(BY_QUERY), FILE)
    cheaper.assert_outcomes(passed=1)
    cheaper.stdout.fnmatch_lines(
        ["1 cheaper than budget.json, --dynamodb-budget-update writes it: *test_reads"]
    )
    new = inner.run(reads(BY_QUERY).replace("test_reads", "test_new"), FILE)
    new.assert_outcomes(passed=1)
    new.stdout.fnmatch_lines(["1 not in budget.json, --dynamodb-budget-update writes it: *test_new"])


def test_an_update_keeps_tests_that_did_not_run_and_drops_those_of_files_that_are_gone(inner: Inner) -> None:
    kept = {"orders.py::test_kept": {}, "gone.py::test_gone": {}}
    (inner.path / "budget.json").write_text(json.dumps({"version": 1, "tests": kept}), "utf-8")
    inner.run(reads(BY_QUERY), FILE, "--dynamodb-budget-update")
    tests = json.loads((inner.path / "budget.json").read_text("utf-8"))["tests"]
    assert sorted(tests) == ["orders.py::test_kept", "test_it.py::test_reads"]


def test_a_test_that_fails_changes_nothing_in_the_file(inner: Inner) -> None:
    inner.run(reads(BY_QUERY), FILE, "--dynamodb-budget-update")
    before = (inner.path / "budget.json").read_text("utf-8")
    inner.run(reads(BY_GETS + "; assert False"), FILE, "--dynamodb-budget-update")
    assert (inner.path / "budget.json").read_text("utf-8") == before


def test_workers_of_xdist_judge_their_own_tests(inner: Inner) -> None:
    inner.run(reads(BY_QUERY), FILE, "--dynamodb-budget-update")
    result = inner.run(reads(BY_GETS), FILE, "-n1", other=True)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  GetItem Orders: was not there, now 3 calls*1.5 RCU"])


def test_the_file_may_be_named_once_in_the_settings(inner: Inner) -> None:
    inner.pytester.makeini("[pytest]\ndynamodb_budget_file = budget.json\n")
    inner.run(reads(BY_QUERY), "--dynamodb-budget-update")
    inner.run(reads(BY_GETS)).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (None, [FILE], "*budget.json is not there; --dynamodb-budget-update makes it*"),
        ("{}", [FILE], "*budget.json is no budget file: KeyError('version')*"),
        ("[", [FILE], "*budget.json is no budget file: JSONDecodeError*"),
        ('{"version": 9}', [FILE], "*budget.json is a budget of version 9; allowed: 1*"),
        (None, ["--dynamodb-budget-update"], "*--dynamodb-budget-update needs --dynamodb-budget-file FILE*"),
    ],
)
def test_a_file_that_is_none_stops_the_run(
    inner: Inner, content: str | None, options: list[str], told: str
) -> None:
    if content is not None:
        (inner.path / "budget.json").write_text(content, "utf-8")
    result = inner.run(reads(BY_QUERY), *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {told}"])
