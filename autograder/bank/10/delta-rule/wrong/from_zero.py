# misconception: empty-start
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []
    state = jnp.zeros_like(state)
    for t in range(len(keys)):
        q, k, v, b = queries[t], keys[t], values[t], rates[t]
        state = state - b * jnp.outer(state @ k - v, k)
        outputs.append(state @ q)
    return jnp.stack(outputs), state
