"""Notebooks from their source, and the promises that a built lesson keeps."""
