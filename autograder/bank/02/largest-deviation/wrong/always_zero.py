# misconception: none
def largest_deviation(params, task_batch, w_0, learning_rate):
    return 0.0
