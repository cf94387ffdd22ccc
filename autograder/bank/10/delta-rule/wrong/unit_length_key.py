# misconception: none
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []

    for t in range(len(keys)):
        q, k, v, b = queries[t], keys[t], values[t], rates[t]
        u = k / jnp.linalg.norm(k)
        state = state - b * jnp.outer(state @ u - v, u)
        outputs.append(state @ q)
    return jnp.stack(outputs), state
