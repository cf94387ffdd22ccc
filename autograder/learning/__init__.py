"""The learner's own copy: what is in it, what was tried, what is shown."""
