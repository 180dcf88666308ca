"""Each intrinsic function, each kind of parameter and each variable of serverless.yml: what it comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from template_texts import write

from stator.templates.documents import parse_document
from stator.templates.evaluation import NOTHING, Evaluator
from stator.templates.serverless_variables import Variables
from stator.templates.stacks import read_stacks

_TEMPLATE = parse_document(
    """
Transform: AWS::LanguageExtensions
Parameters:
  Text: {Type: String, Default: text}
  Number: {Type: Number, Default: 5}
  Texts: {Type: CommaDelimitedList, Default: "a, b,c"}
  Numbers: {Type: List<Number>, Default: "1,2"}
  Zone: {Type: "AWS::EC2::AvailabilityZone::Name", Default: us-east-1a}
  FromSsm: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x}
  ListFromSsm: {Type: "AWS::SSM::Parameter::Value<List<String>>"}
Mappings:
  M: {one: {two: three, list: [x, y]}}
Conditions:
  Yes: !Equals [a, a]
  "No": !Not [!Condition "Yes"]
  Both: !And [!Condition "Yes", !Condition "No"]
  Either: !Or [!Condition "Yes", !Condition "No"]
  Numeric: !Equals [!Ref Number, 5]
Resources:
  T: {Type: AWS::DynamoDB::Table}
""",
    "t.yaml",
).value
_GIVEN = {
    "FromSsm": "ssm-value",
    "ListFromSsm": "p,q",
    "export": "exported",
    "resolve:ssm:/a:1": "resolved",
}
VALUES: list[tuple[str, Any]] = [
    ("!Ref Text", "text"),
    ("!Ref Number", "5"),
    ("!Ref Texts", ["a", "b", "c"]),
    ("!Ref Numbers", ["1", "2"]),
    ("!Ref Zone", "us-east-1a"),
    ("!Ref FromSsm", "ssm-value"),
    ("!Ref ListFromSsm", ["p", "q"]),
    ("!Ref T", "the-table"),
    ("!Ref AWS::Region", "us-east-1"),
    ("!Ref AWS::NoValue", NOTHING),
    ("!GetAtt T.Arn", "arn:the-table"),
    ("{Fn::GetAtt: [T, Arn]}", "arn:the-table"),
    ("!Sub '${Text}-${T.Arn}-${AWS::Region}-${!Text}'", "text-arn:the-table-us-east-1-${Text}"),
    ("!Sub ['${a}${Number}', {a: !Join ['', [x, !Ref Text]]}]", "xtext5"),
    ("!Sub '{{resolve:ssm:/a:1}}-${Text}'", "resolved-text"),
    ("'{{resolve:ssm:/a:1}}'", "resolved"),
    ("!Join ['-', [a, !Ref Number, true, 7]]", "a-5-true-7"),
    ("!Join ['-', !Ref Texts]", "a-b-c"),
    ("!Join ['', []]", ""),
    ("!Split [',', 'a,b']", ["a", "b"]),
    ("!Select [1, !Ref Texts]", "b"),
    ("!Select ['0', !Split [':', 'x:y']]", "x"),
    ("!FindInMap [M, one, two]", "three"),
    ("!FindInMap [M, none, two, {DefaultValue: !Ref Text}]", "text"),
    ("!Select [1, !FindInMap [M, one, list]]", "y"),
    ("!If ['Yes', a, b]", "a"),
    ("!If ['No', a, !Ref AWS::NoValue]", NOTHING),
    ("!If [Both, 1, 2]", 2),
    ("!If [Either, {a: !Ref Text}, 2]", {"a": "text"}),
    ("!If [Numeric, same, other]", "same"),
    ("[a, !If ['No', b, !Ref AWS::NoValue], c]", ["a", "c"]),
    ("{a: 1, b: !Ref AWS::NoValue}", {"a": 1}),
    ("!ImportValue export", "exported"),
    ("!Base64 abc", "YWJj"),
    ("!Length [a, b]", 2),
    ("!Length {Ref: Texts}", 3),
    ("!ToJsonString {a: [1, !Ref Text]}", '{"a":[1,"text"]}'),
    ("{Fn::ForEach::L: [I, [a, b], {'k${I}': !Sub '${I}!'}]}", {"ka": "a!", "kb": "b!"}),
    (
        "{Fn::ForEach::L: [I, [a], {Fn::ForEach::J: [K, [x, y-z], {'${I}&{K}': !Ref K}]}], z: 1}",
        {"ax": "x", "ayz": "y-z", "z": 1},
    ),
    ("2010-09-09", "2010-09-09"),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_function_comes_to_its_value(text: str, value: Any) -> None:
    pseudo = {"AWS::Region": "us-east-1"}
    evaluator = Evaluator(_TEMPLATE, _GIVEN, pseudo, {"T": "the-table"}.get, lambda name: f"arn:{name}")
    node = parse_document(f"x: {text}\nResources: {{}}", "t.yaml").value["x"]
    assert evaluator.value(node, ()) == value


_SERVERLESS = """service: shop
provider: {name: aws, stage: "${opt:stage, 'dev'}", region: eu-west-1}
params: {default: {size: 1}, prod: {size: 2}}
custom:
  name: ${self:service}-${sls:stage}
  sizes: {dev: small, prod: large}
  list: [a, b]
  on: 'true'
  deep: ${self:custom.sizes}
  file: ${file(more.yml)}
resources: {}
"""
VARIABLES: list[tuple[str, dict[str, str], Any]] = [
    ("${self:service}", {}, "shop"),
    ("${self:custom.name}", {}, "shop-dev"),
    ("${self:custom.name}", {"stage": "prod"}, "shop-prod"),
    ("${self:custom.sizes.${sls:stage}}", {"stage": "prod"}, "large"),
    ("${self:custom.sizes.${opt:stage, 'dev'}}-x", {}, "small-x"),
    ("${self:custom.sizes.none, self:custom.sizes.dev}", {}, "small"),
    ("${self:custom.list.1}", {}, "b"),
    ("${self:custom.deep.dev}", {}, "small"),
    ("${self:custom.sizes}", {}, {"dev": "small", "prod": "large"}),
    ("${self:provider.stage}", {}, "dev"),
    ("${self:provider.region}", {}, "eu-west-1"),
    ("${opt:none, 'a, b'}", {}, "a, b"),
    ('${opt:none, "x"}', {}, "x"),
    ("${opt:none, 5}", {}, 5),
    ("${opt:none, 0.5}", {}, 0.5),
    ("${opt:none, true}", {}, True),
    ("${opt:none, null}", {}, None),
    ("${opt:none, ${env:STATOR_TEST_NONE, 'inner'}}", {}, "inner"),
    ("${opt:some, ${env:STATOR_TEST_NONE}}", {"some": "given"}, "given"),
    ("${env:STATOR_TEST_SET}", {}, "set"),
    ("${param:size}", {}, 1),
    ("${param:size}", {"stage": "prod"}, 2),
    ("${param:size}", {"size": "9"}, "9"),
    ("${aws:region}/${aws:accountId}", {}, "us-east-1/1234"),
    ("${strToBool(${self:custom.on})}", {}, True),
    ("${strToBool(false)}", {}, False),
    ("${file(more.yml):a.b}", {}, "from a file"),
    ("${self:custom.file.a.stage}", {}, "dev"),
    ("${file(more.${sls:stage}.json):x, 'fallback'}", {}, "fallback"),
    ("${ssm:/path}", {"ssm:/path": "secret"}, "secret"),
    ("${cf(eu-west-1):other.Out}", {"cf(eu-west-1):other.Out": "out"}, "out"),
    ("${AWS::Region}-${Table}-${Table.Arn}-${!x}", {}, "${AWS::Region}-${Table}-${Table.Arn}-${!x}"),
    ("plain", {}, "plain"),
]


@pytest.mark.parametrize(("text", "given", "value"), VARIABLES)
def test_a_variable_comes_to_its_value(
    text: str, given: dict[str, str], value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATOR_TEST_SET", "set")
    monkeypatch.delenv("STATOR_TEST_NONE", raising=False)
    write(tmp_path, "a: {b: from a file, stage: '${sls:stage}'}\n", "more.yml")
    aws = {"region": "us-east-1", "accountId": "1234"}
    variables = Variables(parse_document(_SERVERLESS, "serverless.yml"), tmp_path, given, aws)
    assert variables.replaced(text, ()) == value


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        ("orders.yaml", "orders"),
        ("my orders_2.template.json", "my-orders-2"),
        ("template.yaml", "a-folder"),
        ("1.yaml", "stack-1"),
    ],
)
def test_a_stack_is_called_as_its_file_or_its_folder(name: str, stack: str, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    place = write(folder, '{"Resources": {}}', name)
    assert [each.name for each in read_stacks(Path(place), None, {}, "r", "a")] == [stack]
