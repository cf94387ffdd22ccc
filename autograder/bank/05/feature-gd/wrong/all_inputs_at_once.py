# misconception: none
def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    h = features(xs)
    residuals = h @ w_0.T - ys
    return (w_0 - learning_rate * residuals.T @ h / len(h)) @ features(x_query)
