# misconception: none
from icl_course import theory


def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    return theory.one_step_loss(
        theory.Moments(variance=variance, fourth=fourth_moment),
        learning_rate=learning_rate * n_context / n_trained,
        n_context=n_context,
        d_x=d_x,
        teacher_scale=teacher_scale,
    )
