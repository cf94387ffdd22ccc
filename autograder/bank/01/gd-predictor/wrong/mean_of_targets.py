# misconception: mean-of-targets
def gd_predict(xs, ys, x_query, learning_rate, n_steps):
    return ys.mean(axis=0)
