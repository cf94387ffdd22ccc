# misconception: reads-before-writing
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []

    for t in range(len(keys)):
        q, k, v, b = queries[t], keys[t], values[t], rates[t]
        outputs.append(state @ q)
        state = state - b * jnp.outer(state @ k - v, k)
    return jnp.stack(outputs), state
