"""The operations of DynamoDB: each checks a request, calls the engine and shapes the answer."""
