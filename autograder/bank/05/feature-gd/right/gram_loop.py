# route: features compared in a Python loop, no Delta W
def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    h_query = features(x_query)
    prediction = w_0 @ h_query
    for x, y in zip(xs, ys):
        h = features(x)
        prediction = prediction - learning_rate / len(xs) * (h @ h_query) * (w_0 @ h - y)
    return prediction
