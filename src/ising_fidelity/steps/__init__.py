"""The steps of a run: each reads files, calls the library, and writes a file."""
