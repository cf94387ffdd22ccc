# misconception: eta-twice
def target_shift(xs, ys, w_0, learning_rate):
    gradient = (xs @ w_0.T - ys).T @ xs / len(xs)
    delta_w = -learning_rate * gradient
    return ys - learning_rate * (xs @ delta_w.T)
