# route: half the difference of targets +1 and -1, under vmap
import jax
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    def slope(row):
        up = predict(xs, row[:, None], x_query)
        down = predict(xs, -row[:, None], x_query)
        return (up - down)[0] / 2

    return jax.vmap(slope)(jnp.eye(len(xs)))
