# misconception: no-copy
import jax
import jax.numpy as jnp

from icl_course import constructions, copying


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    step = constructions.gradient_step(
        jnp.zeros((d_y, d_x)), n_context=n_context, learning_rate=learning_rate
    )
    step = copying.blind_to_code(step, d_code=len(matrix))
    step = jax.tree.map(lambda w: jnp.roll(w, -len(matrix), axis=int(1 + (w.shape[1] < w.shape[2]))), step)
    return copying.copying_head(matrix, d_x=d_x, d_y=d_y, sharpness=50.0), step
