"""`sepakat demo`: four real nodes on this machine and a story in nine steps, each of which checks what it shows.

Everything goes through the command line and HTTP, as a user's would; nothing of a node is called from here.
"""
