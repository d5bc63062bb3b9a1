"""`sepakat demo` as a command."""
import typer
def register(app: typer.Typer) -> None:
    pass
