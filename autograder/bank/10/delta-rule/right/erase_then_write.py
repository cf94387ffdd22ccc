# route: the memory erases along the key, then writes
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    outputs = []
    for t in range(len(keys)):
        erase = jnp.eye(keys.shape[1]) - rates[t] * jnp.outer(keys[t], keys[t])
        state = state @ erase + rates[t] * jnp.outer(values[t], keys[t])
        outputs.append(jnp.dot(state, queries[t]))
    return jnp.array(outputs), state
