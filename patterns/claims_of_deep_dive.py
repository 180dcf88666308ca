"""The text "Deep Dive into DynamoDB", line by line."""

from __future__ import annotations

from typing import Final

from patterns.claims import Claim

_SEEDS: Final = "tests/patterns/test_pattern_seeds.py::"
_WRONG: Final = "tests/patterns/test_pattern_when_not.py::"
_STREAMS: Final = "tests/streams/test_stream_records.py::"
_BOTO3: Final = "tests/clients/test_boto3_client.py::"

SAMPLE_ITEM: Final = """\
{
  "UserId": "user-123",
  "Name": "Alice",
  "Age": 30,
  "Email": "alice@example.com"
}"""
COMPOSITE_KEY: Final = """\
Partition Key: "UserId" = "user-123"
Sort Key: "OrderDate" = "2024-10-10\""""
PROVISIONED: Final = """\
Read Capacity Units (RCU) = 5
Write Capacity Units (WCU) = 10"""
EMBEDDED_ITEM: Final = """\
{
  "UserId": "user-123",
  "Type": "Profile",
  "Profile": {
    "Name": "Alice",
    "Email": "alice@example.com"
  }
}"""
QUERY_COMMAND: Final = """\
aws dynamodb query \\
  --table-name Users \\
  --key-condition-expression "UserId = :uid" \\
  --expression-attribute-values '{":uid":{"S":"user-123"}}'"""
POLICY: Final = """\
{
  "Effect": "Allow",
  "Action": [
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan"
  ],
  "Resource": "arn:aws:dynamodb:region:acct-id:table/Users"
}"""
EVENT: Final = """\
{
  "eventName": "INSERT",
  "dynamodb": {
    "Keys": { "UserId": { "S": "user-123" } },
    "NewImage": { "Name": { "S": "Alice" } }
  }
}"""

DEEP_DIVE_CLAIMS: Final = (
    Claim(
        "Fully managed key-value and document database; single-digit millisecond performance at any scale; "
        "serverless; automatic scaling; built-in security; multi-region replication",
        "Key-value and documents: yes. How fast, on one machine: [performance](../performance.md). Several machines, "
        "access control and other regions: not here yet ([README](../../README.md#what-it-is-not)).",
    ),
    Claim(
        "Tables, items and attributes: sample item",
        "Runs as written.",
        (f"{_SEEDS}test_the_sample_item_is_stored_and_comes_back",),
        SAMPLE_ITEM,
    ),
    Claim(
        "Every item must have a primary key: partition key only, or partition key and sort key",
        "[tables](../tables.md)",
        (f"{_SEEDS}test_an_item_without_its_key_is_refused", f"{_BOTO3}test_each_key_type_keys_a_table"),
    ),
    Claim(
        "The partition key determines the data distribution across storage partitions",
        "By a hash of it; on one machine there is one store. A partition's 1,000 writes a second are warned of by "
        "`stator design`, and not enforced.",
        (f"{_WRONG}test_a_partition_that_takes_every_write_is_warned_of",),
    ),
    Claim(
        "Example composite key",
        "Runs as written; [relationships](relationships.md) has the table.",
        (f"{_SEEDS}test_the_composite_key_finds_its_order",),
        COMPOSITE_KEY,
    ),
    Claim(
        "Global Secondary Index: query using non-primary key attributes",
        "[indexing](indexing.md)",
        (f"{_BOTO3}test_indexes_are_queried_each_by_its_own_key",),
    ),
    Claim(
        "Local Secondary Index: adds a sort key to the existing partition key",
        "[indexing](indexing.md)",
        (
            "tests/patterns/test_pattern_promises.py::"
            "test_the_local_index_orders_by_priority_and_is_read_consistently",
        ),
    ),
    Claim(
        "Indexes must be defined at table creation (LSI) or can be added later (GSI)",
        "[tables](../tables.md)",
        (
            f"{_BOTO3}test_an_index_added_later_finds_what_was_there_before",
            f"{_SEEDS}test_a_local_index_cannot_be_added_later",
        ),
    ),
    Claim(
        "On-demand: auto-scales, pay per request",
        "Taken, and not throttled.",
        ("tests/throttling/test_provisioned.py::test_a_table_on_demand_is_not_throttled",),
    ),
    Claim(
        "Provisioned: RCU = 5, WCU = 10",
        "Kept and described; enforced where asked for ([throttling](../throttling.md)).",
        (
            f"{_SEEDS}test_the_provisioned_capacity_is_the_tables",
            "tests/throttling/test_provisioned.py::"
            "test_a_table_begins_with_one_second_of_its_units_and_then_says_what_was_exceeded",
        ),
        PROVISIONED,
    ),
    Claim(
        "Use DAX (DynamoDB Accelerator) to cache reads",
        "Not here: there is no cache of reads beside the database.",
    ),
    Claim(
        "DynamoDB is not relational: it is designed for access patterns",
        "[model](../model.md); [when DynamoDB is the wrong choice](when-not.md)",
        (f"{_WRONG}test_a_join_is_a_request_for_each_row_of_its_left_side",),
    ),
    Claim(
        "One table per application (single-table design)",
        "[single table](single_table.md), and when not to.",
        ("tests/patterns/test_pattern_pages.py::test_most_patterns_are_one_table",),
    ),
    Claim(
        "Predefine your query patterns",
        "A design names them; a call is one of them.",
        ("tests/model/test_model_wrong_designs.py::test_a_wrong_design_is_refused_with_its_one_line",),
    ),
    Claim(
        "Use compound keys and GSIs to shape access",
        "[single table](single_table.md), [indexing](indexing.md)",
        (
            "tests/patterns/test_pattern_single_table.py::test_an_order_that_is_paid_leaves_the_list_of_open_ones",
        ),
    ),
    Claim(
        "Store denormalized or nested data when appropriate: example item with embedded data",
        "Runs as written; [relationships](relationships.md).",
        (f"{_SEEDS}test_the_embedded_item_comes_back_nested",),
        EMBEDDED_ITEM,
    ),
    Claim(
        "Avoid joins",
        "[when-not](when-not.md#joins) has the plan of one.",
        (f"{_WRONG}test_a_join_is_a_request_for_each_row_of_its_left_side",),
    ),
    Claim(
        "Query: efficient, uses the partition key and optional sort key conditions",
        "Runs as written, with the AWS CLI against `stator serve` (`AWS_ENDPOINT_URL_DYNAMODB`), and its request by "
        "boto3.",
        (
            f"{_SEEDS}test_the_command_queries_as_it_is_written",
            "tests/clients/test_seed_commands.py::test_the_query_runs_as_a_shell_runs_it",
        ),
        QUERY_COMMAND,
    ),
    Claim(
        "Scan: inefficient, reads all items; only for small datasets or batch jobs",
        "A design that scans must say why; its plan says what it reads. Parallel scans are there.",
        (
            f"{_WRONG}test_a_bad_query_without_a_key_is_a_scan_and_says_so",
            f"{_BOTO3}test_the_segments_of_a_parallel_scan_hold_each_item_once",
        ),
    ),
    Claim(
        "IAM policies: fine-grained access control; example: read-only access",
        "**Not enforced yet.** A table's resource policy is checked and kept; identities and credentials are not "
        "looked at ([differences](../differences.md)).",
        (
            f"{_SEEDS}test_the_policy_is_taken_as_a_tables_and_not_enforced_yet",
            "tests/policies/test_policies.py::test_a_policy_is_not_enforced",
        ),
        POLICY,
        mended="it is an identity's policy; as a table's own it needs a `Principal`, and region and account as "
        "they are.",
    ),
    Claim(
        "Encryption at rest: AWS KMS integrated",
        "**Not here.** `SSESpecification` is kept and described, nothing is encrypted by it "
        "([differences](../differences.md)). Encrypt the disk.",
        ("tests/tables/test_table_updates.py::test_encryption_is_turned_on_and_off",),
    ),
    Claim(
        "Encryption in transit: enabled by default",
        "**Not here yet.** The server speaks HTTP, on loopback unless told otherwise. In process nothing is in "
        "transit.",
    ),
    Claim(
        "VPC endpoints: secure internal traffic",
        "Nothing of AWS's network is here. The server listens on loopback; another address needs `--allow-anyone`.",
        (
            "tests/cli/test_settings.py::test_a_wrong_setting_is_refused_with_its_name_its_place_and_what_is_allowed",
        ),
    ),
    Claim(
        "DynamoDB Streams capture item changes (insert, update, delete)",
        "[streams](../streams.md)",
        (f"{_STREAMS}test_a_record_has_every_member_that_the_api_has",),
    ),
    Claim(
        "Stream events can trigger AWS Lambda",
        "Handlers in Lambda's shape are fed by `patterns.lambdas.feed` here, by an event source mapping on AWS.",
        (
            "tests/patterns/test_pattern_functions.py::"
            "test_a_record_that_fails_is_given_again_with_those_behind_it_and_no_other",
        ),
    ),
    Claim(
        "Used for audit logging, replication, and downstream processing",
        "[audit trail and replica](audit_trail.md), [outbox](outbox.md)",
        (
            "tests/patterns/test_pattern_redelivery.py::"
            "test_trail_and_replica_end_the_same_in_whatever_order_changes_come",
        ),
    ),
    Claim(
        "Event structure",
        "The record of that insert has it, and more.",
        (f"{_SEEDS}test_a_change_has_the_structure_that_is_drawn",),
        EVENT,
        mended="`NewImage` has the key's attributes, too.",
    ),
    Claim(
        "Design access patterns first",
        "[model](../model.md)",
        ("tests/model/test_model_wrong_designs.py::test_a_wrong_design_is_refused_with_its_one_line",),
    ),
    Claim(
        "Prefer Query over Scan",
        "No pattern of the catalogue scans.",
        ("tests/patterns/test_pattern_pages.py::test_every_pattern_of_a_design_is_shown_and_none_scans",),
    ),
    Claim(
        "Avoid hot partitions: use high-cardinality partition keys",
        "[write sharding](write_sharding.md); `stator design` warns.",
        (
            "tests/patterns/test_pattern_promises.py::"
            "test_a_vote_is_found_again_in_its_shard_and_the_whole_day_is_in_order",
            f"{_WRONG}test_a_partition_that_takes_every_write_is_warned_of",
        ),
    ),
    Claim("Use DAX for heavy-read workloads", "Not here, as above."),
    Claim(
        "Use TTL: automatically delete expired data",
        "[expiry](../expiry.md), [lifecycle](lifecycle.md)",
        ("tests/expiry/test_expiry.py::test_an_item_expires_when_its_second_is_past",),
    ),
    Claim(
        "Monitor with CloudWatch: latency, throttles, WCU/RCU usage",
        "**Not here yet**: no metrics and no alarms. Each answer tells its consumed capacity when asked, and the log "
        "has a line for each request with `--log-format json`.",
        (f"{_BOTO3}test_capacity_is_counted_in_the_services_units",),
    ),
    Claim(
        "When to use it: predictable access patterns",
        "All pages.",
        ("tests/patterns/test_pattern_pages.py::test_every_pattern_of_a_design_is_shown_and_none_scans",),
    ),
    Claim(
        "When to use it: serverless apps using AWS Lambda",
        "The three functions' templates.",
        (
            "tests/patterns/test_pattern_deployed.py::test_the_handler_that_a_template_names_is_fed_by_the_real_stream",
        ),
    ),
    Claim(
        "When to use it: massive scale with low latency",
        "On AWS. Here it is one machine: [performance](../performance.md).",
    ),
    Claim(
        "Use cases: IoT, gaming, real-time analytics, chat apps",
        "[iot](iot.md), [games](games.md), [analytics](analytics.md), [chat](chat.md)",
        (
            "tests/patterns/test_pattern_designs.py::test_of_many_players_at_once_as_many_sit_as_there_are_places",
        ),
    ),
    Claim(
        "When not to use it: complex relational joins or multi-table transactions",
        "[joins](when-not.md#joins). Transactions over several tables are there, up to 100 items "
        "([transactions](../transactions.md)); what they cannot do is decide on items that only a query would find.",
        (
            f"{_WRONG}test_a_join_is_a_request_for_each_row_of_its_left_side",
            "tests/transactions/test_transact_items.py::test_all_actions_of_a_transaction_are_done_across_tables",
        ),
    ),
    Claim(
        "When not to use it: heavy ad-hoc queries",
        "[ad-hoc queries](when-not.md#ad-hoc-queries)",
        (f"{_WRONG}test_what_is_asked_does_not_change_the_price",),
    ),
    Claim(
        "When not to use it: high write throughput without thoughtful partitioning",
        "[writes without partitioning](when-not.md#writes-without-partitioning)",
        (f"{_WRONG}test_a_partition_that_takes_every_write_is_warned_of",),
    ),
    Claim("Resources: four links", "Links to AWS's documentation and to a book; nothing to run."),
)

FEATURE_CLAIMS: Final = (
    Claim("Batches", "As AWS's.", (f"{_BOTO3}test_a_batch_reads_and_writes_several_tables",)),
    Claim(
        "Conditional writes",
        "[conditional writes](conditional_writes.md)",
        (f"{_BOTO3}test_one_of_many_creates_and_the_others_are_refused",),
    ),
    Claim(
        "Transactions",
        "[transactions](../transactions.md)",
        (
            "tests/transactions/test_transact_items.py::test_all_actions_of_a_transaction_are_done_across_tables",
        ),
    ),
    Claim(
        "Point-in-time recovery",
        "[backups](../backups.md)",
        ("tests/backups/test_point_in_time.py::test_a_restore_to_every_second_is_the_state_then",),
    ),
    Claim(
        "Export to and import from S3's format",
        "[import and export](../import-export.md)",
        ("tests/exports/test_exports.py::test_what_was_exported_can_be_imported",),
    ),
    Claim(
        "CloudFormation templates",
        "[apply](../apply.md)",
        ("tests/apply/test_template_plans.py::test_a_second_run_plans_nothing",),
    ),
    Claim(
        "The AWS CLI",
        "Unmodified, against the server.",
        ("tests/clients/test_aws_cli.py::test_an_item_is_put_read_changed_and_deleted",),
    ),
    Claim(
        "IAM: read-only on one table, prefix wildcards, leading keys",
        "**Not enforced yet**, as above.",
        ("tests/policies/test_policies.py::test_a_policy_is_not_enforced",),
    ),
    Claim(
        "Audit log",
        "**Not here yet** as CloudTrail's: nobody is known by name. With `--log-format json` each request is a line.",
        ("tests/server/test_requestlog.py::test_a_request_is_one_json_line",),
    ),
    Claim("Metrics under CloudWatch's names, and alarms", "**Not here yet.**"),
    Claim(
        "Global tables",
        "**Not here yet**: refused by name.",
        ("tests/operations/test_what_is_off.py::test_what_cannot_be_is_refused",),
    ),
    Claim("A read cache; private network access", "**Not here**, as above."),
)
