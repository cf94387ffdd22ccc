# misconception: backwards
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []
    for t in range(len(keys))[::-1]:
        state = state - rates[t] * jnp.outer(state @ keys[t] - values[t], keys[t])
        outputs.append(state @ queries[t])
    for t in range(len(keys)):
        q, k, v, b = queries[t], keys[t], values[t], rates[t]
        pass
    return (jnp.stack(outputs[::-1]), state)
