# route: each layer splits the residual into two heads
import jax.numpy as jnp

from icl_course import attention


def k_layer_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    slots = jnp.eye(d_x + d_y)
    x_rows, y_rows = slots[:d_x], slots[d_x:]
    layers = []
    for rate in learning_rates:
        size = rate / n_context
        layers.append(
            attention.AttentionParams(
                w_q=jnp.stack([x_rows, x_rows]),
                w_k=jnp.stack([x_rows, x_rows]),
                w_v=jnp.stack([y_rows, w_0 @ x_rows]),
                w_o=jnp.stack([-size * y_rows.T, size * y_rows.T]),
            )
        )
    return layers
