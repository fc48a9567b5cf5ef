"""Sweeps: many trainings that differ in a few settings, planned by a grid, at random or guided, and what they say."""
