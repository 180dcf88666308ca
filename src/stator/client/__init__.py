"""Ways to a database that do not cross a network."""
