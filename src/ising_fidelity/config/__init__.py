"""What a run is asked to do: the sections of its config, checked."""
