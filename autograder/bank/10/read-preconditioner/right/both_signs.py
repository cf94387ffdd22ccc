# route: difference of two signs
import jax.numpy as jnp


def read_preconditioner(predict, n_context, d_x):
    def answer(a, b, y):
        xs = jnp.zeros((n_context, d_x)).at[0, a].set(1.0)
        return predict(xs, jnp.zeros((n_context, 1)).at[0].set(y), jnp.eye(d_x)[b])[0]

    half = n_context / 2
    return jnp.array([[answer(a, b, half) - answer(a, b, -half) for b in range(d_x)] for a in range(d_x)])
