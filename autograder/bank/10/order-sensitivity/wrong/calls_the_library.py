# misconception: none
from icl_course import orderings, tasks


def order_sensitivity(predict, xs, ys, x_queries, orders):
    task = tasks.Task(xs=xs[0], ys=ys[0], x_query=x_queries[0], y_query=ys[0, 0])
    return orderings.order_sensitivity(orderings.in_orders(predict, task, orders)[None])
