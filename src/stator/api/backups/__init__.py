"""Backups and recovery: the eight operations, by their names."""

from stator.api.backups.continuous import describe_continuous_backups, update_continuous_backups
from stator.api.backups.on_demand import create_backup, delete_backup, describe_backup, list_backups
from stator.api.backups.restores import restore_table_from_backup, restore_table_to_point_in_time

__all__ = [
    "create_backup",
    "delete_backup",
    "describe_backup",
    "describe_continuous_backups",
    "list_backups",
    "restore_table_from_backup",
    "restore_table_to_point_in_time",
    "update_continuous_backups",
]
