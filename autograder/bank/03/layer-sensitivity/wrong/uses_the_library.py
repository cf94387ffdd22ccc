# misconception: none
from icl_course import alignment, attention, tasks, tokens


def layer_sensitivity(params, xs, ys):
    def predict(task):
        return -attention.updated_query(params, tokens.make_tokens(task))[xs.shape[1] :]

    task = tasks.Task(xs=xs, ys=ys, x_query=xs[0], y_query=ys[0])
    return alignment.sensitivity(predict, task)
