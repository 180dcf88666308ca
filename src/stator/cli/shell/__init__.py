"""`stator shell`: PartiQL by hand or from a script, on a file or an endpoint.

command      its arguments; which of the ways below it runs
reading      text -> statements and commands of the shell
session      runs them: statements, pages, transactions, times; `commands` are those that begin with a backslash
rendering    items -> tables, expanded records, JSON lines; `literals` are attribute values as PartiQL writes them
explaining   what a statement will read, by the engine's own planner
catalogue    tables, keys and indexes as the database describes them, for `completing` and `describing`
terminal     a prompt with history and completion (prompt_toolkit), or a plain one
"""
