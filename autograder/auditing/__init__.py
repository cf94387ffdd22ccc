"""The autograder's own error rates: the bank, mutants, and what is equivalent."""
