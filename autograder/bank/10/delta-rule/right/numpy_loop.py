# route: NumPy float64, row by row of the memory, in place
import numpy as np


def delta_rule_outputs(state, queries, keys, values, rates):
    memory = np.array(state, np.float64)
    outputs = np.zeros((len(keys), len(memory)))
    for t in range(len(keys)):
        key, query = np.asarray(keys[t], float), np.asarray(queries[t], float)
        for row in range(len(memory)):
            memory[row] -= float(rates[t]) * (memory[row] @ key - float(values[t, row])) * key
        outputs[t] = memory @ query
    return outputs, memory
