"""An object store that does not answer until it is let."""

from __future__ import annotations

import threading
from pathlib import Path

from stator.engine.object_folders import ObjectFolders


class SilentObjects(ObjectFolders):
    """A folder's objects; whether a bucket is there is answered when `answers` is set. `asked`: a call is out."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.asked = threading.Event()
        self.answers = threading.Event()

    def has_bucket(self, bucket: str) -> bool:
        self.asked.set()
        assert self.answers.wait(60)
        return super().has_bucket(bucket)
