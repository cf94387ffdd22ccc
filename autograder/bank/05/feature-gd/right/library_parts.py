# route: the library lifts the task and steps
from icl_course import descent, features as lifting, tasks


def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    task = tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=ys[0])
    lifted = lifting.with_features(task, features)
    w_1 = descent.step(w_0, lifted.xs, lifted.ys, learning_rate=learning_rate)
    return descent.predict(w_1, lifted.x_query)
