"""Keys: the key-space map, and the encodings that keep the order of values in bytes."""
