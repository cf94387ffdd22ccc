# misconception: none
def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    centred = xs - xs.mean(axis=0)
    return residuals.T @ centred / len(xs)
