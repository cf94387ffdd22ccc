# misconception: mean-of-targets
def ridge_predict(xs, ys, x_query, label_noise):
    return ys.mean(axis=0)
