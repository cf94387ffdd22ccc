# misconception: none
def best_parameters(eigenvalues, n_context, n_layers):
    return 13.5, 0.176
