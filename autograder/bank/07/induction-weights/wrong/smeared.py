# misconception: none
import math

import jax.numpy as jnp

from icl_course import attention, causal


from icl_course import induction


def induction_weights(n_symbols, n_positions):
    return induction.smeared_circuit(n_symbols=n_symbols, n_positions=n_positions)
