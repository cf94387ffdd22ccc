# misconception: reads-the-end
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []

    for t in range(len(keys)):
        q, k, v, b = queries[t], keys[t], values[t], rates[t]
        state = state - b * jnp.outer(state @ k - v, k)
        outputs.append(q)
    return jnp.stack([state @ q for q in outputs]), state
