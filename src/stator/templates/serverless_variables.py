"""Variables of serverless.yml: `${source:address, fallback}`, one inside another, as text or as any value.

    self:a.b  opt:name  param:name  env:NAME  sls:stage  sls:instanceId  aws:region  aws:accountId
    file(path.yml):a.b  strToBool(value)

The command line's `--parameter name=value` is what opt and param find. What only AWS or a program knows (ssm, s3, cf,
a file of JavaScript) has to be given by its own text: `--parameter ssm:/path=value`. `${AWS::Region}`, `${Table}` and
all else without a source are CloudFormation's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from stator.limits import TEMPLATE_FILES_MAX, TEMPLATE_LEVELS_MAX
from stator.templates.documents import Document, read_document
from stator.templates.faults import Path, ResolutionError, TemplateError
from stator.templates.serverless_syntax import pieces_of

_SOURCE = re.compile(r"\s*([A-Za-z][\w-]*)(?:\(([^()]*)\))?(?::(.*))?\s*", re.DOTALL)
_QUOTED = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\")\s*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WORDS = {"true": True, "false": False, "null": None}
_DATA_FILES = (".yml", ".yaml", ".json")
_DEFAULTS = {("provider", "region"): "us-east-1"}
_DEFAULT_STAGE = "dev"


class _Missing(Exception):
    """A source has no such value: its fallback is next."""


class Variables:
    """Those of one serverless.yml. `folder`: where its files are named from. `aws`: region and accountId."""

    def __init__(
        self, document: Document, folder: File, given: Mapping[str, str], aws: Mapping[str, str]
    ) -> None:
        self._document = document
        self._folder = folder
        self._given = given
        self._aws = aws
        self._files: dict[File, Document] = {}
        self._level = 0

    def replaced(self, text: str, path: Path) -> Any:
        """The text with its variables replaced, or the value of the one variable that it is. Raises ResolutionError."""
        self._level += 1
        try:
            if self._level > TEMPLATE_LEVELS_MAX:
                raise ResolutionError(path, "its variables depend on themselves")
            return self._replaced(text, path)
        finally:
            self._level -= 1

    def of(self, address: Path) -> Any:
        """The value at an address of the file, its variables replaced; None where there is none."""
        try:
            return self._deep(
                self._at(self._document.value, [str(part) for part in address], address), address
            )
        except _Missing:
            return None

    def stage(self) -> str:
        """As `${sls:stage}`: opt:stage, then the provider's."""
        return str(self._given.get("stage") or self._raw_stage() or _DEFAULT_STAGE)

    def document_of(self, text: str) -> tuple[Any, Document, Path] | None:
        """The file, value and place that a text names which is one `${file(...)}` and nothing more."""
        pieces = pieces_of(text)
        if len(pieces) != 1 or isinstance(pieces[0], str):
            return None
        first = pieces[0][0].strip()
        match = _SOURCE.fullmatch(first)
        if match is None or match.group(1) != "file" or "${" in first:
            return None
        try:
            document = self._file(match.group(2), ())
            address = _split_address(match.group(3) or "")
            return self._at(document.value, address, ()), document, tuple(address)
        except _Missing:
            return None

    def _raw_stage(self) -> Any:
        provider = self._document.value.get("provider")
        stage = provider.get("stage") if isinstance(provider, dict) else None
        return self.replaced(stage, ("provider", "stage")) if isinstance(stage, str) else stage

    def _replaced(self, text: str, path: Path) -> Any:
        pieces = pieces_of(text)
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            return self._variable(pieces[0], path)
        made = []
        for piece in pieces:
            value = piece if isinstance(piece, str) else self._variable(piece, path)
            if isinstance(value, (dict, list)) or value is None:
                raise ResolutionError(path, f"${{{', '.join(piece)}}} is no text")
            made.append(str(value).lower() if isinstance(value, bool) else str(value))
        return "".join(made)

    def _variable(self, choices: list[str], path: Path) -> Any:
        """The first of a variable's sources that has a value."""
        for choice in choices:
            try:
                return self._deep(self._choice(choice, path), path)
            except _Missing:
                continue
        text = ", ".join(choice.strip() for choice in choices)
        raise ResolutionError(path, f"${{{text}}} has no value: {_how_to_give(choices[0].strip())}")

    def _choice(self, choice: str, path: Path) -> Any:
        quoted = _QUOTED.fullmatch(choice)
        if quoted is not None:
            return self.replaced(quoted.group(1) if quoted.group(1) is not None else quoted.group(2), path)
        bare = choice.strip()
        if bare in _WORDS:
            return _WORDS[bare]
        if _NUMBER.fullmatch(bare):
            return float(bare) if "." in bare else int(bare)
        if bare.startswith("${") and bare.endswith("}") and len(pieces_of(bare)) == 1:
            return self._inner(bare, path)
        text = str(self.replaced(choice, path)).strip() if "${" in choice else bare
        return self._source(text, path)

    def _inner(self, text: str, path: Path) -> Any:
        pieces = pieces_of(text)
        if isinstance(pieces[0], str):
            return text
        try:
            return self._variable(pieces[0], path)
        except ResolutionError as error:
            raise _Missing from error

    def _source(self, text: str, path: Path) -> Any:
        match = _SOURCE.fullmatch(text)
        if match is None or (match.group(2) is None and match.group(3) is None):
            return text
        if text in self._given:
            return self._given[text]
        source, argument, address = match.groups()
        if source == "strToBool":
            return _boolean(argument or "", path)
        if source == "file":
            return self._of_file(argument or "", address or "", path)
        return self._found(source, (address or "").strip(), path)

    def _found(self, source: str, address: str, path: Path) -> Any:
        if source == "self":
            return self._of_self(address, path)
        if source == "sls":
            return {"stage": self.stage(), "instanceId": "stator"}.get(address) or _missing()
        if source == "param":  # looked at only here: the stage that chooses among them is a variable itself
            values: Mapping[str, Any] = {**self._parameters(), **self._given}
        else:
            values = {"opt": self._given, "env": os.environ, "aws": self._aws}.get(source, {})
        return values[address] if address in values else _missing()

    def _of_self(self, address: str, path: Path) -> Any:
        parts = _split_address(address)
        if parts == ["provider", "stage"]:
            return self.stage()
        try:
            return self._at(self._document.value, parts, path)
        except _Missing:
            if tuple(parts) in _DEFAULTS:
                return self._given.get("region") or _DEFAULTS[parts[0], parts[1]]
            raise

    def _parameters(self) -> dict[str, Any]:
        """serverless.yml's own `params`: the stage's over `default`."""
        params = self._document.value.get("params")
        if not isinstance(params, dict):
            return {}
        chosen = [params.get("default"), params.get(self.stage())]
        return {name: value for each in chosen if isinstance(each, dict) for name, value in each.items()}

    def _of_file(self, name: str, address: str, path: Path) -> Any:
        return self._at(self._file(name, path).value, _split_address(address), path)

    def _file(self, name: str, path: Path) -> Document:
        place = self._folder / name.strip()
        if place.suffix not in _DATA_FILES:
            raise ResolutionError(path, f"file({name}) is a program's: only YAML and JSON files are read")
        if place not in self._files:
            if not place.is_file():
                raise _Missing
            if len(self._files) >= TEMPLATE_FILES_MAX:
                raise ResolutionError(path, f"more than {TEMPLATE_FILES_MAX} files")
            try:
                self._files[place] = read_document(place)
            except TemplateError as error:
                raise ResolutionError(path, str(error)) from error
        return self._files[place]

    def _at(self, value: Any, address: list[str], path: Path) -> Any:
        for part in address:
            if isinstance(value, str) and "${" in value:
                value = self.replaced(value, path)
            if isinstance(value, dict) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                raise _Missing
        return value

    def _deep(self, value: Any, path: Path) -> Any:
        """A value that was found, with the variables in it replaced."""
        if isinstance(value, str):
            return self.replaced(value, path) if "${" in value else value
        if isinstance(value, dict):
            return {key: self._deep(each, path) for key, each in value.items()}
        if isinstance(value, list):
            return [self._deep(each, path) for each in value]
        return value


def _split_address(address: str) -> list[str]:
    return [part for part in address.strip().split(".") if part]


def _missing() -> Any:
    raise _Missing


def _boolean(text: str, path: Path) -> bool:
    word = text.strip().strip("'\"").lower()
    if word in ("true", "1"):
        return True
    if word in ("false", "0", "null", "undefined", ""):
        return False
    raise ResolutionError(path, f"strToBool({text}): true or false is expected")


def _how_to_give(choice: str) -> str:
    source, _, address = choice.partition(":")
    if source in ("opt", "param"):
        return f"--parameter {address}=VALUE"
    if source in ("self", "file", "sls"):
        return "there is no such value"
    if source == "env":
        return f"{address} is not in the environment"
    return f"--parameter {choice}=VALUE"
