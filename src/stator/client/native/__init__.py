"""The native client: tables with boto3's methods, taking and giving plain Python values; sync and async."""
