"""The outbox's relay: each message to a topic that keeps their order and drops what comes twice within five minutes."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from patterns.function import Function
from patterns.outbox import Message, relay_of

FUNCTION = Function(
    name="RelayFunction",
    handler="patterns.functions.outbox.handler",
    does="publishes each message on an SNS topic, in the order of each order's messages",
    table="orders",
    takes=[{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"_type": {"S": ["Message"]}}}}],
    policies=[{"SNSPublishMessagePolicy": {"TopicName": {"Fn::GetAtt": ["MessagesTopic", "TopicName"]}}}],
    environment={"TOPIC": {"Ref": "MessagesTopic"}},
    resources={
        "MessagesTopic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": "order-messages.fifo", "FifoTopic": True},
        }
    },
)


@cache
def topics() -> Any:
    import boto3  # type: ignore[import-untyped]

    return boto3.client("sns")


def publish(message: Message) -> None:
    topics().publish(
        TopicArn=os.environ["TOPIC"],
        Subject=message.topic,
        Message=message.model_dump_json(exclude_none=True),
        MessageGroupId=message.order_id,
        MessageDeduplicationId=message.message_id,
    )


handler = relay_of(publish)
