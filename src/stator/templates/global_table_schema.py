"""The properties of AWS::DynamoDB::GlobalTable: a table of one replica, in the database's own region."""

from __future__ import annotations

from typing import Final

from stator.templates.properties import Kind, Property
from stator.templates.shapes import (
    ATTRIBUTES,
    BILLING_MODE,
    EXPIRY,
    INDEX_KEY_SCHEMA,
    INDEX_NAME,
    INSIGHTS_OFF,
    KEY_SCHEMA,
    KINESIS_STREAM,
    LOCAL_INDEXES,
    POLICY,
    PROJECTION,
    PROTECTION,
    RECOVERY,
    TABLE_CLASS,
    TABLE_NAME,
    TAGS,
    VECTORS,
    VIEW_TYPE,
    WARM,
    boolean,
    integer,
    listed,
    mapping,
    refused,
    required,
    text,
)

_SCALING = "capacity is not scaled: on-demand tables need none, AWS::DynamoDB::Table has fixed capacity"
_ONE_REGION = "a table lies in one region and has no replicas elsewhere"
_MAX_READ = mapping("UpdateTable, as the table's maximum", MaxReadRequestUnits=integer(least=1))
_MAX_WRITE = mapping("UpdateTable, as the table's maximum", MaxWriteRequestUnits=integer(least=1))
_READ_UNITS = mapping(
    "without effect while the table is on demand, which it has to be", ReadCapacityUnits=integer(least=1)
)
_SCALED = Property(Kind.JSON, refused=_SCALING)
_READ_SCALED = mapping(
    "without effect while the table is on demand, which it has to be",
    ReadCapacityUnits=integer(least=1),
    ReadCapacityAutoScalingSettings=_SCALED,
)
_WRITE_SCALED = mapping("", WriteCapacityAutoScalingSettings=_SCALED)

_REPLICA = mapping(
    "",
    Region=text("has to be the database's", required=True),
    ContributorInsightsSpecification=INSIGHTS_OFF,
    DeletionProtectionEnabled=PROTECTION,
    DisassociationProtectionEnabled=refused(Kind.BOOLEAN, _ONE_REGION),
    GlobalSecondaryIndexes=listed(
        "by the name of one of the table's",
        mapping(
            IndexName=INDEX_NAME,
            ContributorInsightsSpecification=INSIGHTS_OFF,
            ReadOnDemandThroughputSettings=_MAX_READ,
            ReadProvisionedThroughputSettings=_READ_SCALED,
        ),
    ),
    GlobalTableSettingsReplicationMode=refused(Kind.TEXT, _ONE_REGION),
    KinesisStreamSpecification=KINESIS_STREAM,
    PointInTimeRecoverySpecification=RECOVERY,
    ReadOnDemandThroughputSettings=_MAX_READ,
    ReadProvisionedThroughputSettings=_READ_SCALED,
    ReplicaStreamSpecification=mapping(
        "",
        ResourcePolicy=POLICY,
        Tags=refused(Kind.LIST, "a stream has no tags of its own", element=TAGS.element),
    ),
    ResourcePolicy=POLICY,
    SSESpecification=mapping("the key of the table's SSESpecification", KMSMasterKeyId=text(required=True)),
    TableClass=TABLE_CLASS,
    Tags=TAGS,
)
GLOBAL_TABLE: Final = mapping(
    "",
    AttributeDefinitions=ATTRIBUTES,
    BillingMode=BILLING_MODE,
    GlobalSecondaryIndexes=listed(
        "CreateTable; then UpdateTable, one index made or deleted at a time",
        mapping(
            IndexName=INDEX_NAME,
            KeySchema=INDEX_KEY_SCHEMA,
            Projection=required(PROJECTION),
            ReadOnDemandThroughputSettings=_MAX_READ,
            ReadProvisionedThroughputSettings=_READ_UNITS,
            WarmThroughput=WARM,
            WriteOnDemandThroughputSettings=_MAX_WRITE,
            WriteProvisionedThroughputSettings=_WRITE_SCALED,
        ),
    ),
    GlobalTableSourceArn=refused(Kind.TEXT, _ONE_REGION),
    GlobalTableWitnesses=refused(Kind.LIST, _ONE_REGION, element=Property(Kind.JSON)),
    KeySchema=required(KEY_SCHEMA),
    LocalSecondaryIndexes=LOCAL_INDEXES,
    MultiRegionConsistency=text(
        "EVENTUAL and STRONG are the same in one region", allowed=("EVENTUAL", "STRONG")
    ),
    ReadOnDemandThroughputSettings=_MAX_READ,
    ReadProvisionedThroughputSettings=_READ_UNITS,
    Replicas=listed(
        "one, in the database's region; any other stops the apply", _REPLICA, least=1, required=True
    ),
    SSESpecification=mapping(
        "UpdateTable; kept and described, nothing is encrypted by it",
        SSEEnabled=boolean("on: a KMS key; off: the service's own", required=True),
        SSEType=text("KMS is the only one", allowed=("KMS",)),
    ),
    StreamSpecification=mapping("UpdateTable", StreamViewType=VIEW_TYPE),
    TableName=TABLE_NAME,
    TableType=text("without effect", allowed=("GlobalTableReplica", "Regional")),
    TimeToLiveSpecification=EXPIRY,
    VectorIndexes=Property(Kind.LIST, refused=VECTORS, element=Property(Kind.JSON)),
    WarmThroughput=WARM,
    WriteOnDemandThroughputSettings=_MAX_WRITE,
    WriteProvisionedThroughputSettings=_WRITE_SCALED,
)
