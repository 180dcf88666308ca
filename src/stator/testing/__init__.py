"""What tests of programs need of a database: a state to go back to, a clock to move, faults, and what each call cost.

The pytest plugin (stator.pytest_plugin) is made of it; nothing in it knows pytest.
"""
