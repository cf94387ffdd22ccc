# route: a pair of heads for each output
import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    slots = jnp.eye(d_x + d_y)
    queries, values, writes = [], [], []
    for output in range(d_y):
        residual = jnp.concatenate([w_0[output], -jnp.eye(d_y)[output]])
        for sign in (1.0, -1.0):
            queries.append(sign * d_x**0.5 / temperature * slots[:d_x])
            values.append(residual[None])
            writes.append(sign * learning_rate * temperature / 2 * slots[:, d_x + output, None])
    return attention.AttentionParams(
        w_q=jnp.stack(queries),
        w_k=jnp.stack([slots[:d_x]] * len(queries)),
        w_v=jnp.stack(values),
        w_o=jnp.stack(writes),
    )
