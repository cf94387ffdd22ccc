# misconception: transposed
def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return xs.T @ residuals / len(xs)
