"""Syntax trees are made one at a time.

Python 3.11 counts the depth of all trees that are being made together. Where one thread has its
turn while another makes a tree, one of them ends with a SystemError. NumPy makes trees too: of the
headers of its arrays.
"""

import threading

ONE_TREE_AT_A_TIME = threading.RLock()
"""To be held while code or a literal is parsed in a process with several threads."""
