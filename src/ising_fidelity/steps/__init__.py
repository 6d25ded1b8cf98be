"""The steps of the walk: each reads files, calls the library, writes a file."""
