"""What each operation of a traced program does, said in NumPy as XLA does it on a CPU.

A rule gives XLA's value up to rounding and the sign of zero, also where few look: an integer
divided by zero, a shift by too many bits, an index outside the array, a float too large for an
integer. What is too long to say raises `NotInterpretedError`, and then XLA does it.
"""

from autograder.ask.rules.along_axes import ALONG_AXES
from autograder.ask.rules.entrywise import ENTRYWISE
from autograder.ask.rules.factorizations import FACTORIZATIONS
from autograder.ask.rules.making import MAKING
from autograder.ask.rules.moves import MOVES
from autograder.ask.rules.rule import NotInterpretedError, Rule, Values
from autograder.ask.rules.windows import SCATTERS

__all__ = ["MOVES", "RULES", "NotInterpretedError", "Rule", "Values"]

RULES: dict[str, Rule] = ALONG_AXES | ENTRYWISE | FACTORIZATIONS | MAKING | MOVES | SCATTERS
