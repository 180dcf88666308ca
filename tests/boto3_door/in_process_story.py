"""Runs a story of tests/clients in a client's own Python, with the database in that same process.

    python in_process_story.py STORY DEPENDENCIES HOW

DEPENDENCIES is where Stator's own are, behind the client's. HOW is `patched`; `session` for
aiobotocore's own kind; or `alone` for a story that sees to it itself.
"""

from __future__ import annotations

import runpy
import sys


def tell(story: str, how: str) -> None:
    import stator.boto3

    if how == "session":
        import aiobotocore.session

        with stator.boto3.AioSession() as session:
            aiobotocore.session.get_session = lambda: session
            runpy.run_path(story, run_name="__main__")
    elif how == "alone":
        runpy.run_path(story, run_name="__main__")
    else:
        # aiobotocore is loaded by the story, when this has begun
        with stator.boto3.patched():
            runpy.run_path(story, run_name="__main__")


if __name__ == "__main__":
    sys.path.append(sys.argv[2])
    sys.path.insert(0, sys.argv[1].rpartition("/")[0])
    tell(sys.argv[1], sys.argv[3])
