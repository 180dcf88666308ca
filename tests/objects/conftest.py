"""Each test of objects goes into a folder and to an S3 endpoint."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from object_place import Place
from s3_endpoint import client_of, s3_session

from stator.engine.object_endpoints import ObjectEndpoint
from stator.engine.object_folders import ObjectFolders

__all__ = ["s3_session"]


@pytest.fixture(params=["folder", "endpoint"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    bucket = f"bucket-{uuid.uuid4().hex}"
    if request.param == "folder":
        (tmp_path / bucket).mkdir()
        return Place(ObjectFolders(str(tmp_path)), bucket)
    url = request.getfixturevalue("s3_session")
    client_of(url).create_bucket(Bucket=bucket)
    return Place(ObjectEndpoint(url, "us-east-1"), bucket)
