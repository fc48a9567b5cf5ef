"""Receptive: everything but the pages. Arrows point down only: ui → views → insight → training → data → network."""
