# route: a loop in Python, floats all the way
import math


def measure_risk(predict, task_batch):
    losses = []
    for xs, ys, x_query, y_query in zip(
        task_batch.xs, task_batch.ys, task_batch.x_query, task_batch.y_query, strict=True
    ):
        guess = predict(xs, ys, x_query)
        losses.append(sum((float(a) - float(b)) ** 2 for a, b in zip(guess, y_query, strict=True)) / 2)
    n_tasks = len(losses)
    risk = math.fsum(losses) / n_tasks
    return risk, math.sqrt(math.fsum((x - risk) ** 2 for x in losses) / (n_tasks * (n_tasks - 1)))
