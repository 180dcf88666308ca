"""The pattern catalogue: DynamoDB designs that run, each a module that its page in docs/patterns is made from.

`catalogue.CATALOGUE` has them in order. A pattern runs on whatever `stator.open` takes: in process, on a
server, on AWS.
"""
