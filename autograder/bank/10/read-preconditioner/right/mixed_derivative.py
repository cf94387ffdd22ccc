# route: derivative by the example and by the query
import jax
import jax.numpy as jnp


def read_preconditioner(predict, n_context, d_x):
    ys = jnp.zeros((n_context, 1)).at[0].set(n_context)

    def answer(example, query):
        return predict(jnp.zeros((n_context, d_x)).at[0].set(example), ys, query)[0]

    return jax.jacobian(jax.grad(answer), argnums=1)(jnp.zeros(d_x), jnp.ones(d_x))
