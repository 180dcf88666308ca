"""The CloudFormation template, made of the design: `python -m systems.biztech.template` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from stator.model.cloudformation import template_of
from stator.model.sketches import sketch_of
from systems.biztech.design import BizTechDesign

TEMPLATE: Final = Path(__file__).with_name("template.yaml")
_HEAD: Final = """\
# BizTech's tables, made of the design by `python -m systems.biztech.template`.
# `stator apply systems/biztech/template.yaml --parameter Environment=production` makes them in a file or on a server,
# `aws cloudformation deploy --template-file systems/biztech/template.yaml` on AWS.
"""


def template_text() -> str:
    """The template as YAML."""
    made = {**template_of(sketch_of(BizTechDesign)), "Description": "The tables of BizTech"}
    return _HEAD + yaml.safe_dump(made, sort_keys=False, default_flow_style=None, width=110)


if __name__ == "__main__":
    TEMPLATE.write_text(template_text(), "utf-8")
