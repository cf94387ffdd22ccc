# misconception: none
from icl_course import induction


def induction_weights(n_symbols, n_positions):
    return induction.induction_circuit(n_symbols=n_symbols, n_positions=n_positions)
