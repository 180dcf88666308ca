"""Where an operation or one of its parameters is not as AWS's: one line each. What is not named here is meant to be.

docs/operations.md is made from this, from api.pending and from the model (tools/generate_operations.py). Tests hold
that what is named exists, and that what is not there yet is refused by its name. docs/differences.md has the whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from stator.api.backups import overrides
from stator.api.tables import creation, updates

_KEPT = "kept and described; "
_CAPACITY = "limits only with `--enforce-capacity`"
_ENCRYPTION = _KEPT + "nothing is encrypted by it, and no key is looked for"
_WARM = _KEPT + "nothing needs warming"
_POLICY = "checked and kept, not enforced"
_AT_ONCE = "done when it is answered"
_CONFLICTS = "conflicts occur only when they are asked for (`--conflict-rate`, `--like-aws`)"
_FOLDER = "buckets are folders of `--s3-folder`, or those of `--s3-endpoint`"
_BULK = (
    "reports and their manifests are laid out as exports are; TotalInputBytes is shown at the end; there is no quota "
    "on how many run, and no capacity is drawn; "
)
_NOT_LOOKED_AT = "not looked at"
_ONLY_PAGE = "there is one page, so none is ever given"

DIFFERENT: Mapping[str, str] = {
    "CancelBulkOperation": "one that is over is refused in Stator's words",
    "CreateTable": _AT_ONCE,
    "DeleteResourcePolicy": "policies are not enforced",
    "DeleteTable": _AT_ONCE,
    "DescribeContributorInsights": "they are DISABLED for every table and index",
    "DescribeEndpoints": "the address that was asked",
    "DescribeKinesisStreamingDestination": "no table has one",
    "DescribeLimits": "the quotas of a new account",
    "DescribeTable": "counts and sizes are of this moment",
    "DescribeTableReplicaAutoScaling": "no table has replicas",
    "ExecuteTransaction": _CONFLICTS,
    "ExportTableToPointInTime": _FOLDER,
    "GetRecords": "the iterator after a closed shard's last record is left out at once; readers are not counted",
    "ImportTable": _FOLDER,
    "ListContributorInsights": "none are on",
    "PutResourcePolicy": "policies are not enforced",
    "StartBulkPutItems": _BULK + _FOLDER,
    "TransactGetItems": _CONFLICTS,
    "TransactWriteItems": _CONFLICTS,
    "UpdateTable": _AT_ONCE,
    "UpdateTableReplicaAutoScaling": "no table has replicas",
    "UpdateTimeToLive": _AT_ONCE + ", and may be followed by another at once",
}
"""Operations that answer, and how that is not as AWS's."""

NOT_YET: Mapping[str, str] = {
    "EnableKinesisStreamingDestination": "a table's changes are read from its stream",
    "SearchVectors": "a table cannot have vector indexes",
}
"""Operations that are there and refuse by name what they are for, and what to expect."""

DIFFERENT_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "CreateTable": {
        "ProvisionedThroughput": _CAPACITY,
        "ResourcePolicy": _POLICY,
        "SSESpecification": _ENCRYPTION,
        "WarmThroughput": _WARM,
    },
    "ExportTableToPointInTime": {
        "S3BucketOwner": "asked of an S3 endpoint; in a folder " + _NOT_LOOKED_AT,
        "S3SseAlgorithm": "described; KMS is asked of an S3 endpoint, a folder has no encryption",
        "S3SseKmsKeyId": "described, and asked of an S3 endpoint; a folder has no encryption",
    },
    "ImportTable": {"S3BucketSource": "its S3BucketOwner is " + _NOT_LOOKED_AT},
    "ListContributorInsights": {"NextToken": _ONLY_PAGE},
    "ListGlobalTables": {
        "RegionName": _NOT_LOOKED_AT + "; AWS answers an unknown one with an internal error"
    },
    "ListTagsOfResource": {"NextToken": "there is one page, as on AWS; a token is refused as other operations do"},
    "PutResourcePolicy": {"Policy": _POLICY},
    "RestoreTableFromBackup": {"SSESpecificationOverride": _ENCRYPTION},
    "RestoreTableToPointInTime": {"SSESpecificationOverride": _ENCRYPTION},
    "StartBulkPutItems": {
        "InputS3Configuration": "S3BucketOwner is not looked at in a folder",
        "OutputS3Configuration": "in a folder, S3BucketOwner is not looked at and nothing is encrypted",
        "PerformanceTier": "described; both are as fast",
    },
    "UpdateContributorInsights": {
        "ContributorInsightsAction": "ENABLE is refused by name; DISABLE changes nothing",
        "ContributorInsightsMode": "without effect, since they cannot be enabled",
    },
    "UpdateTable": {
        "ProvisionedThroughput": _CAPACITY,
        "SSESpecification": _ENCRYPTION,
        "WarmThroughput": _WARM,
    },
}

PARAMETERS_NOT_YET: Mapping[str, Mapping[str, str]] = {
    "CreateTable": creation.UNSUPPORTED,
    "RestoreTableFromBackup": overrides.UNSUPPORTED,
    "RestoreTableToPointInTime": overrides.UNSUPPORTED,
    "UpdateTable": updates.UNSUPPORTED,
}
"""Parameters that are refused by name, and what to expect instead."""
