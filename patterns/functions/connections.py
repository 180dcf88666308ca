"""Tells those in a room who has left it, through the WebSocket API that holds their connections."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import stator
from patterns.connections import Chat, Connection, presence_of
from patterns.function import Function
from stator.model import ref

FUNCTION = Function(
    name="PresenceFunction",
    handler="patterns.functions.connections.handler",
    does="tells those in a room who has left it, and removes the connections that the gateway calls gone",
    table="connections",
    takes=[{"eventName": ["REMOVE"], "dynamodb": {"OldImage": {"room": {"S": [{"exists": True}]}}}}],
    policies=[
        {"DynamoDBCrudPolicy": {"TableName": {"Ref": "ConnectionsTable"}}},
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "execute-api:ManageConnections",
                    "Resource": {
                        "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketsApi}/*"
                    },
                }
            ]
        },
    ],
    environment={
        "SOCKETS_URL": {
            "Fn::Sub": "https://${SocketsApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${SocketsStage}"
        }
    },
    parameters={
        "SocketsApi": {"Type": "String", "Description": "The id of the WebSocket API"},
        "SocketsStage": {"Type": "String", "Description": "Its stage"},
    },
)


@cache
def chat() -> Chat:
    import boto3  # type: ignore[import-untyped]

    return Chat(stator.open(boto3.Session()))


@cache
def sockets() -> Any:
    import boto3

    return boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["SOCKETS_URL"])


def post(connection_id: str, text: str) -> None:
    try:
        sockets().post_to_connection(ConnectionId=connection_id, Data=text.encode())
    except sockets().exceptions.GoneException:
        chat().erase(ref(Connection, connection_id=connection_id))


def handler(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
    return presence_of(chat(), post)(event, context)
