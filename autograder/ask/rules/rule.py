"""What a rule is."""

from collections.abc import Callable
from typing import Any

import numpy as np

Values = list[np.ndarray]
Rule = Callable[..., Any]


class NotInterpretedError(NotImplementedError):
    """The program holds something that is left to XLA."""


def plain(function: Rule) -> Rule:
    """Make a rule of a NumPy function: what else JAX says is about sharding and accuracy."""
    return lambda *args, **said: function(*args)
