"""All pages of an operation, one after the other: each page's calls, and what is asked next.

An operation that pages has one member that says where the next page begins, and an argument that takes it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from stator.client.native.arguments import Dialect
from stator.client.native.calls import Calls, one


class PageRule(NamedTuple):
    """The argument for a page's beginning; the answer's member with the next one; the members that are gathered."""

    start: str
    next: str
    results: tuple[str, ...]
    limit: str | None = "Limit"


# Those that boto3 pages, and those that page but which boto3 leaves to the caller
PAGED: Final[dict[str, PageRule]] = {
    "ExecuteStatement": PageRule("NextToken", "NextToken", ("Items",)),
    "ListBackups": PageRule("ExclusiveStartBackupArn", "LastEvaluatedBackupArn", ("BackupSummaries",)),
    "ListBulkOperations": PageRule("NextToken", "NextToken", ("BulkOperationsSummaryList",), "MaxResults"),
    "ListContributorInsights": PageRule(
        "NextToken", "NextToken", ("ContributorInsightsSummaries",), "MaxResults"
    ),
    "ListExports": PageRule("NextToken", "NextToken", ("ExportSummaries",), "MaxResults"),
    "ListGlobalTables": PageRule(
        "ExclusiveStartGlobalTableName", "LastEvaluatedGlobalTableName", ("GlobalTables",)
    ),
    "ListImports": PageRule("NextToken", "NextToken", ("ImportSummaryList",), "PageSize"),
    "ListStreams": PageRule("ExclusiveStartStreamArn", "LastEvaluatedStreamArn", ("Streams",)),
    "ListTables": PageRule("ExclusiveStartTableName", "LastEvaluatedTableName", ("TableNames",)),
    "ListTagsOfResource": PageRule("NextToken", "NextToken", ("Tags",), None),
    "Query": PageRule("ExclusiveStartKey", "LastEvaluatedKey", ("Items", "Count", "ScannedCount")),
    "Scan": PageRule("ExclusiveStartKey", "LastEvaluatedKey", ("Items", "Count", "ScannedCount")),
}


class Pages:
    """Where an operation's pages have got to. Used by one thread or task at a time."""

    def __init__(self, dialect: Dialect, operation: str, arguments: dict[str, Any]) -> None:
        self._dialect = dialect
        self._operation = operation
        self._arguments = dict(arguments)
        self._rule = PAGED[operation]
        self._is_over = False

    def next(self) -> Calls[dict[str, Any] | None]:
        """The next page, as the operation answers it; None after the last one."""
        if self._is_over:
            return None
        page = yield from one(self._dialect, self._operation, self._arguments)
        place = page.get(self._rule.next)
        if place is None:
            self._is_over = True
        else:
            self._arguments[self._rule.start] = place
        return page
