"""A learner's code cells, run in a process of their own."""
