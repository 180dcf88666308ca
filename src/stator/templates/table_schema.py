"""The properties of AWS::DynamoDB::Table and AWS::Serverless::SimpleTable."""

from __future__ import annotations

from dataclasses import replace
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
    ON_DEMAND,
    POLICY,
    PROJECTION,
    PROTECTION,
    RECOVERY,
    TABLE_CLASS,
    TABLE_NAME,
    TAGS,
    THROUGHPUT,
    VECTORS,
    VIEW_TYPE,
    WARM,
    boolean,
    listed,
    mapping,
    refused,
    required,
    text,
)

_ENCRYPTION = mapping(
    "UpdateTable; kept and described, nothing is encrypted by it",
    SSEEnabled=boolean("on: a KMS key; off: the service's own", required=True),
    SSEType=text("KMS is the only one", allowed=("KMS",)),
    KMSMasterKeyId=text("as given; an alias is not told from another key that is already there"),
)
_GLOBAL_INDEXES = listed(
    "CreateTable; then UpdateTable, one index made or deleted at a time",
    mapping(
        IndexName=INDEX_NAME,
        KeySchema=INDEX_KEY_SCHEMA,
        Projection=required(PROJECTION),
        ProvisionedThroughput=THROUGHPUT,
        OnDemandThroughput=ON_DEMAND,
        WarmThroughput=WARM,
        ContributorInsightsSpecification=INSIGHTS_OFF,
    ),
)
_IMPORT = mapping(
    "ImportTable, when the table is made; later it is without effect, as in CloudFormation",
    S3BucketSource=required(
        mapping(
            "as given",
            S3Bucket=text(required=True),
            S3KeyPrefix=text(),
            S3BucketOwner=text("not looked at"),
        )
    ),
    InputFormat=text("as given", required=True, allowed=("CSV", "DYNAMODB_JSON", "ION")),
    InputCompressionType=text("as given", allowed=("GZIP", "ZSTD", "NONE")),
    InputFormatOptions=mapping(
        "as given",
        Csv=mapping("as given", Delimiter=text(), HeaderList=listed("as given", text())),
    ),
)
TABLE: Final = mapping(
    "",
    AttributeDefinitions=ATTRIBUTES,
    BillingMode=BILLING_MODE,
    ContributorInsightsSpecification=INSIGHTS_OFF,
    DeletionProtectionEnabled=PROTECTION,
    GlobalSecondaryIndexes=_GLOBAL_INDEXES,
    ImportSourceSpecification=_IMPORT,
    KeySchema=required(KEY_SCHEMA),
    KinesisStreamSpecification=KINESIS_STREAM,
    LocalSecondaryIndexes=LOCAL_INDEXES,
    OnDemandThroughput=ON_DEMAND,
    PointInTimeRecoverySpecification=RECOVERY,
    ProvisionedThroughput=THROUGHPUT,
    ResourcePolicy=POLICY,
    SSESpecification=_ENCRYPTION,
    StreamSpecification=mapping(
        "UpdateTable",
        StreamViewType=VIEW_TYPE,
        ResourcePolicy=POLICY,
        Tags=refused(Kind.LIST, "a stream has no tags of its own", element=TAGS.element),
    ),
    TableClass=TABLE_CLASS,
    TableName=TABLE_NAME,
    Tags=TAGS,
    TimeToLiveSpecification=EXPIRY,
    VectorIndexes=Property(Kind.LIST, refused=VECTORS, element=Property(Kind.JSON)),
    WarmThroughput=WARM,
)
SIMPLE_TABLE: Final = mapping(
    "",
    PrimaryKey=mapping(
        "the partition key; a change is refused. `id`, a String, when absent",
        Name=text("the attribute's name"),
        Type=text("its type", required=True, allowed=("String", "Number", "Binary")),
    ),
    ProvisionedThroughput=replace(THROUGHPUT, does="UpdateTable; the table is on demand when absent"),
    PointInTimeRecoverySpecification=RECOVERY,
    SSESpecification=_ENCRYPTION,
    TableName=TABLE_NAME,
    Tags=Property(Kind.TEXTS, "TagResource, UntagResource"),
)
