"""pytest's plugin: DynamoDB for tests. Installed with Stator; costs nothing to a test that does not ask for it.

dynamodb            an empty database, which also serves the boto3 clients that the code under test makes
dynamodb_server     the same behind an endpoint, for everything else: other SDKs, other processes
dynamodb_snapshot   a database that is filled once, to go back to

pytest --dynamodb-budget tells what the tests' calls cost; a mark and a file hold them to it. See docs/pytest.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from stator.pytest_plugin.in_process import InProcessDatabase
    from stator.pytest_plugin.served import ServedDatabase
    from stator.testing.bench import Snapshot
    from stator.testing.database import DynamoDB
    from stator.testing.ledger import Ledger

_MARK = (
    "dynamodb(max_rcu=None, max_wcu=None, max_calls=None, scans=None, let_through=()): the most that the test's calls "
    "may use of DynamoDB, and the other AWS services (boto3's names, or True for all) that its clients may call"
)
LEDGER: pytest.StashKey[Ledger] = pytest.StashKey()
_OF_A_TEST = ("dynamodb", "dynamodb_server")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dynamodb", "DynamoDB (Stator)")
    group.addoption(
        "--dynamodb-budget",
        action="store_true",
        help="tell, for each test and place in the code, which calls it made, what they read and what they cost",
    )
    group.addoption(
        "--dynamodb-budget-file",
        metavar="FILE",
        help="fail tests of which an access pattern has got dearer than this file says",
    )
    group.addoption(
        "--dynamodb-budget-update",
        action="store_true",
        help="write what the tests cost now to the budget file",
    )
    parser.addini(
        "dynamodb_budget_file", "the file of --dynamodb-budget-file, from the root folder", default=""
    )
    parser.addini(
        "dynamodb_let_through", "AWS services that tests with a dynamodb fixture may call", type="args"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARK)
    option = config.option
    wanted = option.dynamodb_budget or option.dynamodb_budget_file or option.dynamodb_budget_update
    if wanted or config.getini("dynamodb_budget_file"):
        from stator.pytest_plugin.budget import Budget

        config.pluginmanager.register(Budget(config), Budget.NAME)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Has the database there before all else that is set up for the test alone.

    pytest sets up `setup_method` and autouse fixtures before what `usefixtures` asks for: what they do to DynamoDB
    would be done to AWS."""
    names: list[str] = getattr(item, "fixturenames", [])
    if "_dynamodb_empty" not in names:
        return
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - pytest tells a scope nowhere else
    of_the_test = [
        name for name in names if name in definitions and definitions[name][-1].scope == "function"
    ]
    first = names.index(of_the_test[0])
    ours = [name for name in _OF_A_TEST if name in of_the_test]
    names[first:] = [*ours, *(name for name in names[first:] if name not in ours)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Counts what the test itself does, not its fixtures; then judges."""
    ledger = item.stash.get(LEDGER, None)
    if ledger is None and item.get_closest_marker("dynamodb") is None:
        return (yield)
    from stator.pytest_plugin import judging

    return (yield from judging.judged(item, ledger))


# Fixtures


@pytest.fixture(scope="session")
def _dynamodb_of_process() -> Iterator[InProcessDatabase]:
    from stator.pytest_plugin.in_process import InProcessDatabase

    database = InProcessDatabase()
    yield database
    database.bench.db.close()


@pytest.fixture(scope="session")
def _dynamodb_listening(_dynamodb_of_process: InProcessDatabase) -> Iterator[ServedDatabase]:
    from stator.pytest_plugin.served import serving

    with serving(_dynamodb_of_process.bench) as served:
        yield served


@pytest.fixture
def _dynamodb_empty(
    request: pytest.FixtureRequest, _dynamodb_of_process: InProcessDatabase
) -> Iterator[InProcessDatabase]:
    """Where each test begins."""
    from stator.pytest_plugin import judging

    bench = _dynamodb_of_process.bench
    judging.prepare(request.node, bench)
    bench.begin()
    yield _dynamodb_of_process
    bench.faults.clear()


@pytest.fixture
def dynamodb(request: pytest.FixtureRequest, _dynamodb_empty: InProcessDatabase) -> Iterator[DynamoDB]:
    """An empty DynamoDB: a `stator.DB` in memory, with boto3's objects over it (`client`, `resource`, `session`), a
    `clock` to move, `faults` to ask for and a `snapshot` to go back to. It also serves the clients that any other code
    makes with boto3 or aiobotocore, whenever it made them."""
    from stator.pytest_plugin.in_process import let_through

    with _dynamodb_empty.serving_all_clients(let_through(request.node)):
        yield _dynamodb_empty.current()


@pytest.fixture
def dynamodb_server(
    _dynamodb_empty: InProcessDatabase, _dynamodb_listening: ServedDatabase
) -> Iterator[ServedDatabase]:
    """An empty DynamoDB at an endpoint (`endpoint_url`) on a free port of this machine. The environment tells the AWS
    SDKs about it, those of processes that the test starts too."""
    with _dynamodb_listening.environment_set():
        yield _dynamodb_listening


@pytest.fixture(scope="session")
def dynamodb_snapshot(
    _dynamodb_of_process: InProcessDatabase,
) -> Callable[[Callable[[Any], object]], Snapshot]:
    """Fills an empty database once: `dynamodb_snapshot(load)` calls `load(db)` and returns the Snapshot, which a test
    with `dynamodb` or `dynamodb_server` goes back to by `restore()`. For fixtures of a module or a session."""
    return _dynamodb_of_process.filled
