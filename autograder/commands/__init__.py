"""The commands of `icl-course`, one module for each group."""
