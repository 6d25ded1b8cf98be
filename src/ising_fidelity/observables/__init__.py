"""Observables of sets of frames, with error bars."""
