# misconception: none
def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return residuals @ w / len(xs)
