# misconception: label-sign
def hand_gradient(w, xs, ys):
    return (xs @ w.T + ys).T @ xs / len(xs)
