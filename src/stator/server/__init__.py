"""HTTP/1.1 on an asyncio protocol: bytes of connections -> operations of the api, and back."""
