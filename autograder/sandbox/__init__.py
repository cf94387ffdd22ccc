"""Where strangers' notebooks run: a sandbox that costs a fork for each of them."""
