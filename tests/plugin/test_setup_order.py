"""A test's database is there before what else is set up for it: a suite that comes from moto's decorator relies on it.

What was wrong: pytest sets up `setup_method` and autouse fixtures before the fixtures of `usefixtures`, so that a table
made there was made in AWS.
"""

from __future__ import annotations

from inner import Inner

pytest_plugins = "pytester"

CLASSES = """
    import orders, pytest, unittest

    pytestmark = pytest.mark.usefixtures("{fixture}")
    at_work = []

    @pytest.fixture(scope="session", autouse=True)
    def of_the_session():
        import stator.boto3
        at_work.append("session")

    class TestSetupMethod:
        def setup_method(self):
            orders.create()

        def test_one(self):
            assert orders.everything() == []

    class TestAutouse:
        @pytest.fixture(autouse=True)
        def table(self, tmp_path):
            orders.create()
            yield
            assert len(orders.everything()) == 1

        @pytest.mark.parametrize("id", "ab")
        def test_one(self, id):
            orders.add(id)

    class Case(unittest.TestCase):
        def setUp(self):
            orders.create()

        def test_one(self):
            assert orders.everything() == []

    def test_higher_scopes_come_first(request):
        assert request.fixturenames.index("of_the_session") < request.fixturenames.index("{fixture}")
"""


def test_the_database_is_there_before_setup_method_and_autouse_fixtures(inner: Inner) -> None:
    inner.run(CLASSES.format(fixture="dynamodb")).assert_outcomes(passed=5)


def test_the_endpoint_is_there_before_setup_method_and_autouse_fixtures(inner: Inner) -> None:
    inner.run(CLASSES.format(fixture="dynamodb_server")).assert_outcomes(passed=5)


def test_a_fixture_of_the_project_that_stands_on_it_has_it_first_too(inner: Inner) -> None:
    test = """
        import orders, pytest

        @pytest.fixture
        def aws(dynamodb):
            return dynamodb

        @pytest.mark.usefixtures("aws")
        class TestIt:
            def setup_method(self):
                orders.create()

            def test_one(self, aws):
                assert aws.table("Orders").scan()["Count"] == 0
    """
    inner.run(test).assert_outcomes(passed=1)
