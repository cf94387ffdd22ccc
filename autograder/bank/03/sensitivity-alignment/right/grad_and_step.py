# route: jax.grad for the layer, the weights of the step
import jax
import jax.numpy as jnp

from icl_course import attention, descent


def sensitivity_alignment(params, task_batch, learning_rate):
    def compare(xs, ys, x_query):
        def by_layer(x):
            prompt = jnp.vstack([jnp.hstack([xs, ys]), jnp.append(x, 0.0)])
            return -attention.linear_attention(params, prompt)[-1, -1]

        u = jax.grad(by_layer)(x_query)
        v = descent.step(jnp.zeros((1, len(x_query))), xs, ys, learning_rate=learning_rate)[0]
        return jnp.dot(u, v) / jnp.linalg.norm(u) / jnp.linalg.norm(v), jnp.linalg.norm(u - v)

    found = jax.vmap(compare)(task_batch.xs, task_batch.ys, task_batch.x_query)
    return tuple(map(jnp.mean, found))
