# route: difference quotients with a step of 1/100
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    n, step = xs.shape[0], 0.01
    before = predict(xs, jnp.zeros((n, 1)), x_query)[0]
    slopes = []
    for i in range(n):
        after = predict(xs, jnp.zeros((n, 1)).at[i, 0].set(step), x_query)[0]
        slopes.append((after - before) / step)
    return jnp.stack(slopes)
