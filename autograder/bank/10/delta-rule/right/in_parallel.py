# route: all writes by a triangular system
import jax.numpy as jnp


def delta_rule_outputs(state, queries, keys, values, rates):
    overlaps = rates[:, None] * jnp.tril(keys @ keys.T, -1)
    lacks = rates[:, None] * (values - keys @ state.T)
    writes = jnp.linalg.solve(jnp.eye(len(keys)) + overlaps, lacks)
    return queries @ state.T + jnp.tril(queries @ keys.T) @ writes, state + writes.T @ keys
