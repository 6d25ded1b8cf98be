"""Judge frames in one call: simulate a reference, compare observables, name likely causes."""
