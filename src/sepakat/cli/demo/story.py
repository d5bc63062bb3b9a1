"""How the story is told: headings, what was done, ticks and crosses, tables; and whether all was as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sepakat.cli.plain_text import plain_lines
from sepakat.errors import SepakatError

_LOOKS = {"whole": "green", "variant": "yellow", "out": "dim"}
MOST_WIDTH = 140
LEAST_WIDTH = 100


class StoryEnded(SepakatError):
    """A step was not as it should be, so that the following would mean nothing."""

    def __init__(self) -> None:
        super().__init__("story-ended", "the story ended early: a check is not as it should be")


class Story:
    """The telling, on one console."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        if not self._console.is_terminal or self._console.width > MOST_WIDTH:
            self._console.width = MOST_WIDTH
        self._console.width = max(self._console.width, LEAST_WIDTH)
        self.crosses = 0
        self.ticks = 0

    def step(self, number: int, title: str) -> None:
        """Begin a step; end the story if the one before was not as it should be."""
        self.end_step()
        self._console.print()
        self._console.print(Rule(Text(f"{number}. {title}", style="bold"), align="left", style="blue"))

    def end_step(self) -> None:
        """End the story here if anything was not as it should be."""
        if self.crosses:
            raise StoryEnded

    def tell(self, text: str) -> None:
        """A sentence of the story."""
        self._console.print(escape(text))

    def command(self, party: str, line: str) -> None:
        """A command as its user would type it."""
        self._console.print(f"  [cyan]{party}$[/] [dim]{escape(line)}[/]")

    def quote(self, text: str) -> None:
        """What a command printed."""
        for line in plain_lines(text.rstrip()).split("\n"):
            self._console.print(Text("    " + line, style="dim"), soft_wrap=True)

    def check(self, text: str, is_so: bool, *details: str) -> None:
        """A tick, or a cross with what was found instead."""
        if is_so:
            self.ticks += 1
            self._console.print(f"  [green]✓[/] {escape(text)}")
            return
        self.crosses += 1
        self._console.print(f"  [bold red]✗ {escape(text)}[/]")
        for detail in details:
            self._console.print(Text(f"      {detail}", style="red"))

    def note(self, text: str) -> None:
        """Something worth knowing that is neither tick nor cross."""
        self._console.print(f"  [yellow]·[/] {escape(text)}")

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table in which outcomes have their colours, and what is not as it should be is red."""
        table = Table(header_style="bold", show_edge=False, pad_edge=False, box=None)
        for header in headers:
            table.add_column(header, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell, style=_look(cell)) for cell in row))
        self._console.print(table)

    def fields(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values, to be copied by hand: never wrapped."""
        for name, value in rows:
            self._console.print(Text(f"  {name:<12} {value}"), soft_wrap=True)

    def close(self) -> bool:
        """Say how it went; whether all was as it should be."""
        self._console.print()
        if self.crosses:
            self._console.print(
                f"[bold red]✗ {self.crosses} of {self.crosses + self.ticks} checks are not as they should be[/]"
            )
        else:
            self._console.print(f"[bold green]✓ All {self.ticks} checks are as they should be[/]")
        return not self.crosses


def _look(cell: str) -> str:
    if "≠" in cell:
        return "bold red"
    return _LOOKS.get(cell.split(" ", maxsplit=1)[0], "")
