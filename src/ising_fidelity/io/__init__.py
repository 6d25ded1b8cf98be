"""Files: how they are written, read and described."""
