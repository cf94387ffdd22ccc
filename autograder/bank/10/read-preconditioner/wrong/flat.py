# misconception: none
import jax.numpy as jnp


def read_preconditioner(predict, n_context, d_x):
    found = jnp.zeros((d_x, d_x))
    for a in range(d_x):
        for b in range(d_x):
            xs = jnp.zeros((n_context, d_x)).at[0].set(jnp.eye(d_x)[a])
            ys = jnp.zeros((n_context, 1)).at[0].set(n_context)
            found = found.at[a, b].set(predict(xs, ys, jnp.eye(d_x)[b])[0])
    return found.ravel()
