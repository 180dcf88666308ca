"""Items between tables and files: what `stator dump` writes and `stator load` reads. See `formats` for the files."""
