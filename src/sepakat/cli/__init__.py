"""The command line: one module per noun, each command a thin door to a use case.

The only code that prints and exits. It decides nothing: what may go, who may sign and what is wrong is said below.
Heavy modules are imported inside the commands that need them, so that every command starts quickly.
"""
