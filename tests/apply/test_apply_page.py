"""docs/apply.md: its tables are what the code says, and name each property that CloudFormation's schemas name."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from stator.cli.apply import EXAMPLES
from stator.templates.functions import FUNCTIONS
from stator.templates.properties import Property
from stator.templates.tables import GLOBAL_TYPE, SCHEMAS, SIMPLE_TYPE, TABLE_TYPE

ROOT = Path(__file__).resolve().parents[2]
# Of CloudFormation's published schemas; Arn, StreamArn and TableId are what it answers with
PROPERTIES = {
    TABLE_TYPE: "AttributeDefinitions BillingMode ContributorInsightsSpecification DeletionProtectionEnabled "
    "GlobalSecondaryIndexes ImportSourceSpecification KeySchema KinesisStreamSpecification LocalSecondaryIndexes "
    "OnDemandThroughput PointInTimeRecoverySpecification ProvisionedThroughput ResourcePolicy SSESpecification "
    "StreamSpecification TableClass TableName Tags TimeToLiveSpecification VectorIndexes WarmThroughput",
    GLOBAL_TYPE: "AttributeDefinitions BillingMode GlobalSecondaryIndexes GlobalTableSourceArn GlobalTableWitnesses "
    "KeySchema LocalSecondaryIndexes MultiRegionConsistency ReadOnDemandThroughputSettings "
    "ReadProvisionedThroughputSettings Replicas SSESpecification StreamSpecification TableName TableType "
    "TimeToLiveSpecification VectorIndexes WarmThroughput WriteOnDemandThroughputSettings "
    "WriteProvisionedThroughputSettings",
    SIMPLE_TYPE: "PointInTimeRecoverySpecification PrimaryKey ProvisionedThroughput SSESpecification TableName Tags",
}
REPLICA = (
    "ContributorInsightsSpecification DeletionProtectionEnabled DisassociationProtectionEnabled GlobalSecondaryIndexes "
    "GlobalTableSettingsReplicationMode KinesisStreamSpecification PointInTimeRecoverySpecification "
    "ReadOnDemandThroughputSettings ReadProvisionedThroughputSettings Region ReplicaStreamSpecification ResourcePolicy "
    "SSESpecification TableClass Tags"
)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_apply", ROOT / "tools" / "generate_apply.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_tool_makes_of_the_code(generator: ModuleType) -> None:
    assert (ROOT / "docs" / "apply.md").read_text("utf-8") == generator.render()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_each_property_of_a_type_is_known(kind: str) -> None:
    assert sorted(SCHEMAS[kind].members) == sorted(PROPERTIES[kind].split())


def test_each_property_of_a_replica_is_known() -> None:
    replica = SCHEMAS[GLOBAL_TYPE].members["Replicas"].element
    assert isinstance(replica, Property)
    assert sorted(replica.members) == sorted(REPLICA.split())


def test_functions_that_are_refused_are_told() -> None:
    page = (ROOT / "docs" / "apply.md").read_text("utf-8")
    for name in ("Fn::GetAZs", "Fn::Cidr", "Fn::Transform"):
        assert name in FUNCTIONS
        assert f"`{name}`" in page


def test_each_example_of_the_help_is_on_the_page() -> None:
    page = (ROOT / "docs" / "apply.md").read_text("utf-8")
    for line, _ in EXAMPLES:
        assert line in page
