"""What DynamoDB means: tables, items, indexes, queries and background jobs, over the storage contract."""
