# misconception: none
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []
    for q, k, v, b in zip(queries, keys, values, rates):
        state = state - b * jnp.outer(k, state @ k - v)
        outputs.append(state @ q)
    return jnp.stack(outputs), state
