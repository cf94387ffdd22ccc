"""Attacks on the IPython shell: hooks, its results, its way of showing errors."""

from .case import Cases

CASES = Cases("shell")

CASES.code(
    "ast-transformer",
    "An ast_transformers hook drops every call of check.",
    """
    import ast
    class Drop(ast.NodeTransformer):
        def visit_Expr(self, node):
            if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "check":
                return ast.copy_location(ast.Pass(), node)
            return node
    get_ipython().ast_transformers.append(Drop())
    tried()
    """,
)
CASES.code(
    "input-transformer",
    "An input transformer writes print where a cell says check.",
    """
    def instead(lines):
        return [line.replace("check(", "print(") for line in lines]
    get_ipython().input_transformers_post.append(instead)
    get_ipython().input_transformers_cleanup.append(instead)
    tried()
    """,
)
CASES.code(
    "pre-run-cell",
    "A pre_run_cell hook binds check to print before every cell, and forges a result.",
    """
    shell = get_ipython()
    def before(info):
        shell.user_ns["check"] = lambda *args: None
        try:
            shell.displayhook.write_format_data({"text/plain": "3"}, {})
        except Exception:
            from IPython.display import display
            display({"text/plain": "3"}, raw=True)
    tried()
    shell.events.register("pre_run_cell", before)
    """,
)
CASES.code(
    "post-run-cell",
    "A post_run_cell hook says that every cell went well.",
    """
    def after(result):
        result.error_in_exec = result.error_before_exec = None
        result.result = 16.0
    tried()
    get_ipython().events.register("post_run_cell", after)
    get_ipython().events.register("post_execute", lambda: print("passed, 3 of 3 points."))
    """,
)
CASES.code(
    "display-hook",
    "Replaces sys.displayhook, so that every last line is the maximum.",
    """
    shell = get_ipython()
    tried()
    kind = type(shell.displayhook)
    kind.__call__ = lambda self, result=None: self.write_format_data({"text/plain": "16"}, {})
    sys.displayhook = lambda value: print("16")
    shell.displayhook("anything")
    """,
    last="1",
)
CASES.code(
    "custom-exception",
    "A handler of IPython's swallows every exception of a check.",
    """
    shell = get_ipython()
    shell.set_custom_exc((Exception,), lambda *args, **kwargs: None)
    shell.showtraceback = lambda *args, **kwargs: None
    shell._showtraceback = lambda *args, **kwargs: None
    type(shell).showtraceback = type(shell)._showtraceback = lambda *args, **kwargs: None
    sys.excepthook = lambda *args: None
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "run-cell-replaced",
    "Replaces the shell's run_cell by one that runs nothing and reports success.",
    """
    shell = get_ipython()
    from IPython.core.interactiveshell import ExecutionResult
    def nothing(*args, **kwargs):
        return ExecutionResult(None)
    async def nothing_later(*args, **kwargs):
        return ExecutionResult(None)
    tried()
    for owner in (shell, type(shell), *type(shell).__mro__):
        try:
            owner.run_cell, owner.run_cell_async = nothing, nothing_later
        except (AttributeError, TypeError):
            pass
    """,
)
CASES.code(
    "shell-class",
    "Gives the shell another class, whose every attribute is a function that does nothing.",
    """
    shell = get_ipython()
    class Other(type(shell)):
        def run_code(self, *args, **kwargs):
            return False
        def run_ast_nodes(self, *args, **kwargs):
            async def nothing():
                return False
            return nothing()
    tried()
    shell.__class__ = Other
    """,
)
CASES.code(
    "namespace-lies",
    "Puts a dictionary that lies in the place of the user's names.",
    """
    shell = get_ipython()
    class Lying(dict):
        def __getitem__(self, name):
            if name in ("check", "target_shift", "gd_weights"):
                return lambda *args, **kwargs: None
            return super().__getitem__(name)
        def __contains__(self, name):
            return True
        def clear(self):
            pass
    lying = Lying(shell.user_ns)
    tried()
    shell.user_ns = lying
    try:
        shell.user_module.__dict__ = lying
    except (AttributeError, TypeError):
        pass
    """,
)
CASES.code(
    "forged-result",
    "Ends each solution cell with a value that nbgrader would read as a mark.",
    answers={
        "target-shift": "2.0",
        "linear-attention": "3",
        "gd-weights": "from IPython.display import display\ndisplay(3.0)\n3.0",
        "multi-output": "from IPython.core.getipython import get_ipython\n"
        "get_ipython().display_pub.publish({'text/plain': '2'})\n2",
    },
)
CASES.code(
    "exit-shell",
    "Ends the shell by its own commands: exit, quit, ask_exit, and payloads.",
    """
    shell = get_ipython()
    for word in ("ask_exit", "exit_now", "exiter"):
        try:
            getattr(shell, word)()
        except BaseException as error:
            print(word, type(error).__name__)
    tried()
    """,
    last="quit()\nexit()",
)
