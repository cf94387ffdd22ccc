"""In-context learning from the inside: the library that learners import.

Data flows one way: `tasks` -> `tokens` -> `attention` -> `tokens.read_prediction` -> `metrics` ->
`figures`. Two modules stand beside that line: `constructions` writes attention weights by hand, and
`descent` is plain gradient descent, which knows nothing of attention and so can judge it.
"""

__version__ = "0.1.0"
