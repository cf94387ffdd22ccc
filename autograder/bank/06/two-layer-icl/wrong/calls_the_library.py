# misconception: none
from icl_course import copying


def two_layer_weights(matrix, n_context, d_x, d_y, learning_rate):
    made = copying.copy_then_step(
        matrix, n_context=n_context, d_x=d_x, d_y=d_y, sharpness=20.0, learning_rate=learning_rate
    )
    return made.copy, made.step
