"""Wrong samplers of sine tasks, each by what shows of it."""

import numpy as np

from autograder.exercise import Misconception
from autograder.exercises.lesson_05.sine import SAME_AGAIN


def _shows(name: str, flag: str, cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {flag: np.asarray(1.0)}, cause, question)


SINE_TASK = (
    Misconception(
        "other-randomness",
        lambda case: {SAME_AGAIN: np.asarray(0.0)},
        "the same key gives another task the second time.",
        "Which random numbers in your code do not come from the key?",
    ),
    _shows(
        "key-ignored",
        "key_ignored",
        "all keys give the same task.",
        "Where does your code use the key it was given?",
    ),
    _shows(
        "one-wave",
        "one_wave",
        "all tasks share one wave.",
        "A net that has seen one wave only need not look at its prompt. What must vary?",
    ),
    _shows(
        "one-key",
        "one_key",
        "amplitude and phase come from one key, so either tells the other.",
        "What does jax.random.uniform return when it is called twice with the same key?",
    ),
    _shows(
        "query-input-reused",
        "query_input_reused",
        "the query's input is one of the context's.",
        "If the query repeats an example, what is there to learn?",
    ),
    _shows(
        "one-input",
        "one_input",
        "all examples of a task have the same input.",
        "What shape does the draw of the inputs need?",
    ),
    _shows(
        "query-off-the-wave",
        "query_off_the_wave",
        "the query's answer lies on another wave than the examples.",
        "Which numbers do context and query share?",
    ),
    _shows(
        "phase-outside",
        "phase_outside",
        "the phase is added outside the sine: it moves the wave up, not sideways.",
        "In A sin(x + phase), what is the argument of the sine?",
    ),
    _shows(
        "wide-amplitudes",
        "wide_amplitudes",
        "amplitudes reach to 5, as in the paper's text.",
        "Which of the two ranges does the docstring ask for?",
    ),
    _shows(
        "amplitudes-from-zero",
        "amplitudes_from_zero",
        "amplitudes begin at 0.",
        "What is the smallest amplitude that the docstring allows?",
    ),
    _shows(
        "unit-amplitude",
        "unit_amplitude",
        "every amplitude is 1.",
        "What multiplies the sine?",
    ),
    _shows(
        "no-phase",
        "no_phase",
        "every wave starts at phase 0.",
        "Where does the phase enter, and from which range is it drawn?",
    ),
    _shows(
        "unit-phase",
        "unit_phase",
        "phases lie between 0 and 1.",
        "Between which two numbers does the docstring want the phase?",
    ),
    _shows(
        "whole-circle",
        "whole_circle",
        "phases cover the whole circle.",
        "Between which two numbers does the docstring want the phase?",
    ),
    _shows(
        "cosine",
        "cosine",
        "the wave is a cosine.",
        "What is the height at x = 0 when the phase is 0?",
    ),
    _shows(
        "positive-inputs",
        "positive_inputs",
        "inputs are never negative.",
        "Between which two numbers does an input lie?",
    ),
    _shows(
        "unit-inputs",
        "unit_inputs",
        "inputs lie between 0 and 1.",
        "Between which two numbers does an input lie?",
    ),
    _shows(
        "half-inputs",
        "half_inputs",
        "inputs lie between -1/2 and 1/2, as for the linear tasks.",
        "Between which two numbers does an input lie here?",
    ),
)
