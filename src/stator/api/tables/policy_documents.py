"""Resource policies: is a text one that the service takes, and the form in which it gives it back.

The canonical form is minified, its keys in a fixed order, lists of one Action, Resource or principal are that one, and
an account's id is its root's ARN. Whether principals exist is not known here. Nothing is enforced.
Source: captures of the service of October 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from stator.api.shapes import DYNAMODB, STREAMS, service
from stator.api.tables.refusals import invalid
from stator.errors import ValidationException
from stator.limits import RESOURCE_POLICY_BYTES_MAX

Statement = dict[str, Any]

NOT_ENFORCED = "resource policies are kept and not enforced: whoever reaches this server may do everything"

_VERSIONS = ("2008-10-17", "2012-10-17")
_TOP = ("Version", "Id", "Statement")
_ORDER = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_REQUIRED = (("Effect",), ("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_EFFECTS = {"allow": "Allow", "deny": "Deny"}
_ACCOUNT = re.compile(r"[0-9]{12}")
_TABLE_ARN = re.compile(r"arn:[^:]*:dynamodb:[^:]*:[^:]*:(table/[^/]*(?:/index/.*)?)")
_PUT = "dynamodb:PutResourcePolicy"
# Operations that have no table to be allowed on
_OF_ACCOUNTS = frozenset(
    (
        "CreateGlobalTable", "DescribeEndpoints", "DescribeGlobalTable", "DescribeGlobalTableSettings",
        "DescribeLimits", "ListBackups", "ListContributorInsights", "ListExports", "ListGlobalTables", "ListImports",
        "ListTables", "UpdateGlobalTable", "UpdateGlobalTableSettings",
    )
)  # fmt: skip
# What only policies call so
_OF_POLICIES = (
    "ConditionCheckItem", "CreateTableReplica", "DeleteTableReplica", "PartiQLDelete", "PartiQLInsert",
    "PartiQLSelect", "PartiQLUpdate", "ReadDataForReplication", "ReplicateSettings", "RestoreTableFromAwsBackup",
    "StartAwsBackupJob", "WriteDataForReplication",
)  # fmt: skip
_OF_STREAMS = ("DescribeStream", "GetRecords", "GetShardIterator")
_OF_ANY_POLICY = ("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy")


def canonical_policy(text: str, of_stream: bool = False) -> str:
    """The policy in canonical form; its Version is only in it if it was given. Raises ValidationException."""
    if len(text.encode()) > RESOURCE_POLICY_BYTES_MAX:
        raise invalid(f"Maximum policy size of {RESOURCE_POLICY_BYTES_MAX} bytes exceeded")
    document = _parsed(text)
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not all(isinstance(each, dict) for each in statements):
        raise _syntax_error(text)
    if not statements:
        raise _refused("Could not parse the policy: Statement is empty!")
    canonical = [_statement(each, text) for each in statements]
    _refuse_same_ids(canonical)
    _refuse_actions(canonical, of_stream)
    if of_stream:
        _refuse_tables(canonical)
    _refuse_unbounded(canonical)
    return _minified({**document, "Statement": canonical}, _TOP)


def shown_policy(canonical: str) -> str:
    """As GetResourcePolicy gives it: with the Version that counts."""
    document = json.loads(canonical)
    return canonical if "Version" in document else _minified({"Version": _VERSIONS[0], **document}, _TOP)


def locks_out(canonical: str) -> bool:
    """Whether nobody could put another policy, were this one enforced."""
    return any(
        statement["Effect"] == "Deny"
        and _is_everyone(statement.get("Principal"))
        and any(_covers(action, _PUT) for action in _listed(statement.get("Action", ())))
        and "Condition" not in statement
        for statement in json.loads(canonical)["Statement"]
    )


def _refused(fault: str) -> ValidationException:
    return invalid(f"Invalid policy document: {fault}")


def _syntax_error(text: str, end: int | None = None) -> ValidationException:
    """The place is the one after what was not expected: line and column, from 1."""
    read = text if end is None else text[:end]
    return _refused(f"Syntax error at position ({read.count(chr(10)) + 1},{len(read) - read.rfind(chr(10))})")


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("This policy contains invalid Json") from None
    if document is None:
        raise _refused("This text appears not to be a policy")
    if not isinstance(document, dict):
        raise _refused("This policy contains invalid Json")
    if not document.keys() <= set(_TOP):
        raise _syntax_error(text)
    if document.get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise _refused("The policy must contain a valid version string.")
    return document


def _statement(given: Statement, text: str) -> Statement:
    for names in _REQUIRED:
        if not any(name in given for name in names):
            raise _refused(f"Missing required field {names[0]}")
    if not given.keys() <= set(_ORDER):
        raise _syntax_error(text)
    canonical = dict(given)
    effect = given["Effect"]
    if not isinstance(effect, str) or effect.lower() not in _EFFECTS:
        raise _syntax_error(text)
    canonical["Effect"] = _EFFECTS[effect.lower()]
    for name in ("Principal", "NotPrincipal"):
        if name in given:
            canonical[name] = _principal(given[name], text)
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in given:
            canonical[name] = _one_or_all(_texts(given[name], text))
    if not isinstance(given.get("Condition", {}), dict):
        raise _syntax_error(text)
    return {name: canonical[name] for name in _ORDER if name in canonical}


def _principal(given: Any, text: str) -> Any:
    if given == "*":
        return given
    if isinstance(given, str):
        written = json.dumps(given)
        raise _syntax_error(text, text.find(written) + len(written) if written in text else None)
    if not isinstance(given, dict) or not given:
        raise _syntax_error(text)
    return {kind: _one_or_all(_once(map(_root_of, _texts(who, text)))) for kind, who in given.items()}


def _root_of(principal: str) -> str:
    return f"arn:aws:iam::{principal}:root" if _ACCOUNT.fullmatch(principal) else principal


def _texts(given: Any, text: str) -> list[str]:
    listed = _listed(given)
    if not listed or not all(isinstance(each, str) for each in listed):
        raise _syntax_error(text)
    return listed


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _once(given: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(given))


def _one_or_all(given: list[str]) -> str | list[str]:
    return given[0] if len(given) == 1 else given


def _refuse_same_ids(statements: list[Statement]) -> None:
    ids = [statement["Sid"] for statement in statements if "Sid" in statement]
    if len(set(map(str, ids))) < len(ids):
        raise _refused("The Statement Ids in the policy are not unique")


def _refuse_actions(statements: list[Statement], of_stream: bool) -> None:
    known = _actions(of_stream)
    unknown = [
        action
        for statement in statements
        for action in _listed(statement.get("Action", statement.get("NotAction")))
        if not any(mark in action for mark in "*?") and action.lower() not in known
    ]
    if unknown:
        names = ", ".join(f'"{action}"' for action in _once(unknown))
        raise _refused(f"The following action names are invalid: {names}")


def _actions(of_stream: bool) -> frozenset[str]:
    if of_stream:
        names = {*_OF_STREAMS, *_OF_ANY_POLICY}
    else:
        operations = service(DYNAMODB).operations.keys() - _OF_ACCOUNTS - service(STREAMS).operations.keys()
        names = {*operations, *_OF_POLICIES}
    return frozenset(f"dynamodb:{name}".lower() for name in names)


def _refuse_tables(statements: list[Statement]) -> None:
    """In a stream's policy."""
    for statement in statements:
        for arn in _listed(statement.get("Resource", statement.get("NotResource"))):
            found = _TABLE_ARN.fullmatch(arn)
            if found is not None:
                raise _refused(f'The relative-id "{found[1]}" is invalid for ARN "{arn}"')


def _refuse_unbounded(statements: list[Statement]) -> None:
    for statement in statements:
        if (
            statement["Effect"] == "Allow"
            and _is_everyone(statement.get("Principal"))
            and "Condition" not in statement
        ):
            raise ValidationException(
                "Resource-based policy grants unbounded access in one or more elements. Please revise the policy to "
                "ensure least-privilege form of access"
            )


def _is_everyone(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", ())))


def _covers(action: str, wanted: str) -> bool:
    pattern = re.escape(action.lower()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, wanted.lower()) is not None


def _minified(document: dict[str, Any], order: tuple[str, ...]) -> str:
    ordered = {name: document[name] for name in order if name in document}
    return json.dumps(ordered, separators=(",", ":"), ensure_ascii=False)
