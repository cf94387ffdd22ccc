# misconception: unchanged
def other_weights(params, key):
    return params
