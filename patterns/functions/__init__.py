"""The patterns' handlers as AWS Lambda runs them, on boto3 and its environment; each is named in its SAM template."""
