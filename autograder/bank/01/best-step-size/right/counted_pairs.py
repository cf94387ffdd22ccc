# route: loops that count equal and different pairs, as an array of JAX
import jax.numpy as jnp


def best_step_size(input_range, n_context, d_x):
    s, f = input_range**2 / 3, input_range**4 / 5
    second = 0.0
    for i in range(n_context):
        for other in range(n_context):
            for j in range(d_x):
                for k in range(d_x):
                    if i == other:
                        second += f if j == k else s * s
                    elif j == k:
                        second += s * s
    return jnp.asarray(d_x * s / (second / n_context**2))
