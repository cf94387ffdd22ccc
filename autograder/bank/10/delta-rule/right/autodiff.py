# route: jax.grad of the loss of one token
import jax
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    def loss(memory, key, value):
        return jnp.sum((memory @ key - value) ** 2) / 2

    outputs = []
    for query, key, value, rate in zip(queries, keys, values, rates):
        state = state - rate * jax.grad(loss)(state, key, value)
        outputs.append(state @ query)
    return jnp.stack(outputs), state
