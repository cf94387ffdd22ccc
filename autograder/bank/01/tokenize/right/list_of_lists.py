# route: nested Python lists
def tokenize(task):
    rows = [x.tolist() + y.tolist() for x, y in zip(task.xs, task.ys, strict=True)]
    return [*rows, task.x_query.tolist() + [0.0] * task.ys.shape[1]]
