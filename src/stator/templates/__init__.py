"""Templates that describe tables, and what it takes to make a database as they say.

A template's file -> a stack (`stacks`): CloudFormation, SAM, CDK's output and serverless.yml come out as one shape.
A stack -> the tables it wants (`tables`), its functions evaluated (`evaluation`) and each property checked against the
resource's own schema (`properties`). Wanted and present tables -> a plan (`plans`): differences, and the calls that
make them. A plan -> done (`applying`), over any client.transport, one call at a time.
"""
