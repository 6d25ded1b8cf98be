"""Analyses of deviations: attribution, scaling, relaxation."""
