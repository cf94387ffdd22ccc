"""Reproduction: every figure and table of the paper, rebuilt with this library.

The paper is von Oswald et al., "Transformers learn in-context by gradient descent" (2212.07677).
Each experiment is one function from its sizes, a key and a way to train nets to rows and figures:
a row has the number that was published or derived, the number found here, and whether the second
lies within a stated distance of the first. What varies between a laptop's run and the paper's is
the sizes alone. Files, caches and progress are in `files` and `runs`; experiments know none of it.
"""
