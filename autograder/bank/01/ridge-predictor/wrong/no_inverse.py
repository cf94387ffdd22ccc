# misconception: none
def ridge_predict(xs, ys, x_query, label_noise):
    return x_query @ xs.T @ ys / (len(xs) + label_noise**2)
