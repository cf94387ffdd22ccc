# misconception: labels-forgotten
def hand_gradient(w, xs, ys):
    return (xs @ w.T).T @ xs / len(xs)
