"""DynamoDB that lives where your program lives."""

__version__ = "0.1.0"
