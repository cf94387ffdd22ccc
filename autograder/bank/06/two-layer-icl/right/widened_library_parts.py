# route: the library's parts, the second one widened by its own helper
import jax.numpy as jnp

from icl_course import constructions, copying


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    step = constructions.gradient_step(
        jnp.zeros((d_y, d_x)), n_context=n_context, learning_rate=learning_rate
    )
    copy = copying.copying_head(matrix, d_x=d_x, d_y=d_y, sharpness=50)
    return copy, copying.blind_to_code(step, d_code=matrix.shape[0])
