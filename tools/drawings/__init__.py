"""Drawings made up, and the network that learns from them to read real ones: for `tools.pretrain`."""
