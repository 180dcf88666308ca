"""The server as a part of a larger app: DynamoDB below /dynamodb, one's own page at /. Needs uvicorn and starlette.

uvicorn --app-dir examples as_asgi:app
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import stator.asgi

dynamodb = stator.asgi.app(os.environ.get("DATABASE", ":memory:"))


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"DynamoDB's endpoint is {request.base_url}dynamodb/\n")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    async with dynamodb:
        yield


app = Starlette(routes=[Route("/", hello), Mount("/dynamodb", dynamodb)], lifespan=lifespan)
