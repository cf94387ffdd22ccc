# route: a Python loop over tasks, the gradient by autodiff, a running maximum
import operator

import jax

from icl_course import attention, descent, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    worst = 0.0
    for index in range(len(task_batch.xs)):
        task = jax.tree.map(operator.itemgetter(index), task_batch)
        after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
        layer = tokens.read_prediction(after, d_y=len(w_0))
        gradient = jax.grad(descent.loss)(w_0, task.xs, task.ys)
        stepped = (w_0 - learning_rate * gradient) @ task.x_query
        for ours, theirs in zip(layer, stepped, strict=True):
            worst = max(worst, abs(float(ours) - float(theirs)))
    return worst
