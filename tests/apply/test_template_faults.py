"""A template that is wrong is told in one line: the file, its line, the logical id, the property, and what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from template_cases import Watching
from template_texts import write

from stator.client.transport import Transport
from stator.templates.faults import TemplateError
from stator.templates.plans import make_plans
from stator.templates.stacks import read_stacks
from stator.templates.tables import Place

_TABLE = """Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""


def _with(line: str) -> str:
    return f"{_TABLE}      {line}\n"


def _headed(head: str, line: str = "") -> str:
    return f"{head}\n{_with(line)}" if line else f"{head}\n{_TABLE}"


def _key(value: str) -> str:
    return _TABLE.replace("AttributeName: id, KeyType", f"AttributeName: {value}, KeyType")


FAULTS = [
    ("Resources: [\n", "t.yaml:2: is no YAML: "),
    ("Resources:\n\tT: 1\n", "t.yaml:2: is no YAML: found character"),
    ("", "t.yaml: is no template: a mapping with Resources is expected"),
    ("- a\n", "t.yaml: is no template: a mapping with Resources is expected"),
    ("Resource: {}\n", "t.yaml: has no Resources: it is no CloudFormation, SAM or serverless.yml"),
    ("Resources: {T: {}}\n", "t.yaml:1: T: a resource is a mapping with a Type"),
    ("Resources:\n  T: 5\n", "t.yaml:2: T: a resource is a mapping with a Type"),
    ("Resources:\n  A: {Type: a}\n  A: {Type: b}\n", "t.yaml:3: A is given twice"),
    ("a: &a [*a]\nResources: {}\n", "t.yaml:1: more than 250,000 values, or 100 levels"),
    ("Resources: {T: !Re!f x}\n", "t.yaml:1: is no YAML: "),
    ("Resources: {T: !1 x}\n", "t.yaml:1: there is no tag !1"),
    (
        _TABLE.replace("::Table", "::Tabel"),
        "t.yaml:3: T.Type: there is no type AWS::DynamoDB::Tabel; did you mean AWS::DynamoDB::Table?",
    ),
    (_TABLE.replace("      KeySchema", "      #"), "t.yaml:4: T: KeySchema is missing"),
    (_with("KeySchemas: []"), "t.yaml:8: T.KeySchemas: there is no such property; did you mean KeySchema?"),
    (
        _with("TableName: a b c"),
        "t.yaml:8: T.TableName: 'a b c' is not allowed; allowed: letters, digits, _ . and -",
    ),
    (_with("TableName: ab"), "t.yaml:8: T.TableName: 2 characters; at least 3 are needed"),
    (_with("TableName: [a]"), "t.yaml:8: T.TableName: text is expected, not a list"),
    (
        _with("TableClass: CHEAP"),
        "t.yaml:8: T.TableClass: 'CHEAP' is not allowed; allowed: STANDARD, STANDARD_INFREQUENT_ACCESS",
    ),
    (
        _with("DeletionProtectionEnabled: maybe"),
        "T.DeletionProtectionEnabled: true or false is expected, not the text 'maybe'",
    ),
    (_with("Tags: {a: b}"), "t.yaml:8: T.Tags: a list is expected, not a mapping"),
    (_with("Tags: [{Key: a}]"), "t.yaml:8: T.Tags[0]: Value is missing"),
    (
        _with("Tags: [{Key: a, Value: b}, {Key: a, Value: c}]"),
        "t.yaml:8: T.Tags[1]: the tag a is given twice",
    ),
    (
        _with("OnDemandThroughput: {MaxReadRequestUnits: many}"),
        "t.yaml:8: T.OnDemandThroughput.MaxReadRequestUnits: a whole number is expected, not the text 'many'",
    ),
    (
        _with("OnDemandThroughput: {MaxReadRequestUnits: 0}"),
        "T.OnDemandThroughput.MaxReadRequestUnits: 0; at least 1 are needed",
    ),
    (
        _with("ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}"),
        "T.ProvisionedThroughput: there is none when BillingMode is PAY_PER_REQUEST",
    ),
    (
        _TABLE.replace("PAY_PER_REQUEST", "PROVISIONED"),
        "t.yaml:4: T: ProvisionedThroughput is missing, or BillingMode: PAY_PER_REQUEST",
    ),
    (_key("other"), "t.yaml:7: T.KeySchema: the key attribute other has no AttributeDefinition"),
    (
        _TABLE.replace("AttributeType: S}]", "AttributeType: S}, {AttributeName: b, AttributeType: S}]"),
        "t.yaml:6: T.AttributeDefinitions: b: only attributes of keys are defined",
    ),
    (
        _with("TimeToLiveSpecification: {Enabled: true}"),
        "T.TimeToLiveSpecification: AttributeName is missing",
    ),
    (
        _with("PointInTimeRecoverySpecification: {RecoveryPeriodInDays: 3}"),
        "RecoveryPeriodInDays needs PointInTimeRecoveryEnabled: true",
    ),
    (
        _with(
            "PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 36}"
        ),
        "T.PointInTimeRecoverySpecification.RecoveryPeriodInDays: 36; at most 35 are allowed",
    ),
    (
        _with("SSESpecification: {SSEEnabled: false, SSEType: KMS}"),
        "SSEType and KMSMasterKeyId need SSEEnabled: true",
    ),
    (_with("ResourcePolicy: {PolicyDocument: '{'}"), "T.ResourcePolicy.PolicyDocument: is no JSON: "),
    (
        _with("GlobalSecondaryIndexes: [{IndexName: abc, KeySchema: [{AttributeName: id, KeyType: HASH}]}]"),
        "t.yaml:8: T.GlobalSecondaryIndexes[0]: Projection is missing",
    ),
    (
        _key("!Ref Nothing"),
        "KeySchema[0].AttributeName.Ref: there is no parameter or resource Nothing; there are T",
    ),
    (_key("!GetAtt T.Id"), "T.Id is known only once the table is there: --parameter T.Id=VALUE"),
    (_key("!ImportValue x"), "x is another stack's export: --parameter x=VALUE"),
    (_key("!Select [3, [a]]"), "there is no element 3 of 1"),
    (_key("!Join [a]"), "Fn::Join: takes a delimiter and a list"),
    (_key("!If [Absent, a, b]"), "there is no condition Absent"),
    (_key("!FindInMap [M, a, b]"), "there is no M in Mappings for M, a, b"),
    (_key("!Length [[a]]"), "Fn::Length needs Transform: AWS::LanguageExtensions"),
    (_key("!Subb x"), "there is no function Fn::Subb; did you mean Fn::Sub?"),
    (_key("!GetAZs x"), "Fn::GetAZs cannot be told here"),
    (_key("{Ref: a, Fn::Sub: b}"), "a function stands alone in its mapping"),
    (_key("'{{resolve:ssm:/x}}'"), "is not in the template: --parameter resolve:ssm:/x=VALUE"),
    (_with("TableName: !Ref T"), "t.yaml:2: T: its name depends on itself"),
    (
        _headed("Parameters: {P: {Type: String}}", "TableName: !Ref P"),
        "t.yaml:1: Parameters.P: has no default and was not given",
    ),
    (
        _headed("Parameters: {P: {Type: Strin}}", "TableName: !Ref P"),
        "t.yaml:1: Parameters.P.Type: there is no type Strin",
    ),
    (
        _headed("Parameters: {P: {Type: String, Default: x, AllowedValues: [y]}}", "TableName: !Ref P"),
        "t.yaml:1: Parameters.P: 'x' is not allowed: AllowedValues are y",
    ),
    (
        _headed("Parameters: {P: {Type: String, Default: x, AllowedPattern: '[0-9]+'}}", "TableName: !Ref P"),
        "'x' is not allowed: AllowedPattern is [0-9]+",
    ),
    (
        _headed(
            "Parameters: {P: {Type: String, Default: x, MinLength: 3, ConstraintDescription: long}}",
            "TableName: !Ref P",
        ),
        "Parameters.P: 'x' is not allowed: long",
    ),
    (
        _headed(
            "Parameters: {P: {Type: Number, Default: 7, MaxValue: 5, NoEcho: true}}", "TableName: !Ref P"
        ),
        "**** is not allowed: MaxValue is 5",
    ),
    (
        _headed("Conditions: {A: !Not [!Condition A]}", "DeletionProtectionEnabled: !If [A, true, false]"),
        "t.yaml:1: Conditions.A: depends on itself",
    ),
    (_headed("Transform: MyMacro"), "t.yaml:1: Transform: MyMacro is a macro that runs in AWS"),
    (
        "Resources: {T: {Type: 'AWS::Serverless::SimpleTable'}}\n",
        "AWS::Serverless::SimpleTable needs Transform: AWS::Serverless-2016-10-31",
    ),
    (
        "service: s\nprovider: {name: aws}\nresources:\n  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n"
        "      Properties:\n        TableName: ${self:custom.none}\n",
        "t.yaml:8: T.TableName: ${self:custom.none} has no value: there is no such value",
    ),
    (
        "service: s\nprovider: {name: aws}\nresources:\n  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n"
        "      Properties:\n        TableName: ${ssm:/a/b}\n",
        "T.TableName: ${ssm:/a/b} has no value: --parameter ssm:/a/b=VALUE",
    ),
    (
        "service: s\nprovider: {name: aws}\ncustom: {a: '${self:custom.b}', b: '${self:custom.a}'}\nresources:\n"
        "  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n      Properties:\n"
        "        TableName: ${self:custom.a}\n",
        "its variables depend on themselves",
    ),
    (
        "service: s\nprovider: {name: aws, stackTags: {a: '${self:}'}}\nresources: {}\n",
        "its variables depend on themselves",
    ),
]


def _read_and_plan(transport: Transport, template: Path) -> None:
    place = Place("us-east-1", "000000000000")
    make_plans(transport, read_stacks(template, None, {}, place.region, place.account), {}, place)


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_wrong_template_is_told_in_one_line(
    text: str, message: str, memory: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text, "t.yaml")
    watched = Watching(memory)
    with pytest.raises(TemplateError) as caught:
        _read_and_plan(watched, Path("t.yaml"))
    assert message in str(caught.value)
    assert str(caught.value).startswith("t.yaml")
    assert "\n" not in str(caught.value)
    assert watched.called == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"Resources": {"T": {"Type": 1,}}}', "t.json:1: is no JSON: "),
        ('{"Resources": {"T": 1, "T": 2}}', "t.json:1: T is given twice"),
    ],
)
def test_wrong_json_is_told_with_its_line(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text, "t.json")
    with pytest.raises(TemplateError, match=message):
        read_stacks(Path("t.json"), None, {}, "us-east-1", "000000000000")


def test_aliases_that_write_out_a_vast_template_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    write(tmp_path, "\n".join([*lines, "Resources: {}"]), "t.yaml")
    with pytest.raises(TemplateError, match="more than 250,000 values"):
        read_stacks(tmp_path / "t.yaml", None, {}, "us-east-1", "000000000000")


def test_a_manifest_cannot_name_what_lies_outside_of_its_folder(tmp_path: Path) -> None:
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../x.json"}}
    write(tmp_path, json.dumps({"artifacts": {"S": stack}}), "manifest.json")
    with pytest.raises(TemplateError, match="lies outside of the folder"):
        read_stacks(tmp_path, None, {}, "us-east-1", "000000000000")
