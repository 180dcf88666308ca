"""Where a person types: a prompt with history and completion (prompt_toolkit, the extra `cli`), or a plain one.

Ctrl-C drops what was typed, or ends the statement that runs; Ctrl-D leaves.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from stator.cli.shell.reading import entries_of, is_complete
from stator.cli.shell.session import Failed, Left, Session
from stator.errors import ServiceError, StatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_toolkit import PromptSession
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

PLAIN_HINT = "no completion and no lasting history: pip install 'stator[cli]' brings both"
_PROMPT = "stator> "
_IN_TRANSACTION = "stator*> "
_MORE = "   ...> "


class Prompt(Protocol):
    def read(self, first: str, more: str) -> str:
        """All that was typed up to an Enter that completes it. Raises EOFError and KeyboardInterrupt."""
        ...


class PlainPrompt:
    """Line by line; editing is readline's, where Python has it."""

    def __init__(self) -> None:
        find_spec("readline") and __import__("readline")

    def read(self, first: str, more: str) -> str:
        text = input(first)
        while not is_complete(text):
            text += "\n" + input(more)
        return text


class ToolkitPrompt:
    def __init__(
        self, session: Session, history: Path | None, input: Input | None = None, output: Output | None = None
    ) -> None:
        self._prompt = _toolkit_session(session, history, input, output)

    def read(self, first: str, more: str) -> str:
        return self._prompt.prompt(first, prompt_continuation=more.rjust(len(first)))


def run_terminal(session: Session, prompt: Prompt) -> None:
    """Until the person leaves."""
    while True:
        first = _PROMPT if session.waiting is None else _IN_TRANSACTION
        try:
            text = prompt.read(first, _MORE)
        except KeyboardInterrupt:
            continue
        except EOFError:
            session.screen.line()
            return
        if not _run_all(session, text):
            return


def _run_all(session: Session, text: str) -> bool:
    """False when the person left. What follows a failure is not run."""
    try:
        entries = list(entries_of(text))
        for entry in entries:
            if entry.ended or entry is entries[-1]:
                session.run(entry)
            else:
                session.say("the statement before it was not ended, and is dropped")
    except Left:
        return False
    except Failed as failure:
        session.screen.complain(str(failure))
    except KeyboardInterrupt:
        session.screen.complain("stopped; a write that had been sent may be done")
    return True


def prompt_for(session: Session, history: Path | None) -> Prompt:
    if find_spec("prompt_toolkit") is not None:
        return ToolkitPrompt(session, history)
    session.screen.complain(PLAIN_HINT)
    return PlainPrompt()


def history_file(environ: Mapping[str, str] = os.environ) -> Path:
    """In the user's own folder for such things."""
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "stator" / "shell_history"
    state = environ.get("XDG_STATE_HOME", "")
    base_dir = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return base_dir / "stator" / "shell_history"


def _toolkit_session(
    session: Session, history: Path | None, input: Input | None, output: Output | None
) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import CompleteEvent, Completer
    from prompt_toolkit.completion import Completion as Offered
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings

    from stator.cli.shell.completing import completions

    class Offers(Completer):
        def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Offered]:
            try:
                found = completions(document.text_before_cursor, session.catalogue)
            except (ServiceError, StatorError):
                return  # What is wrong is said when a statement runs
            for each in found:
                yield Offered(each.text, -each.back, display_meta=each.kind)

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: Any) -> None:
        buffer = event.current_buffer
        if is_complete(buffer.text) or not buffer.text.strip():
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return PromptSession(
        history=_file_history(history) or InMemoryHistory(),
        completer=Offers(),
        complete_while_typing=False,
        auto_suggest=AutoSuggestFromHistory(),
        key_bindings=keys,
        multiline=True,
        input=input,
        output=output,
    )


def _file_history(path: Path | None) -> Any:
    """None where it cannot be kept. What was typed may hold data: only its owner may read it."""
    from prompt_toolkit.history import FileHistory

    if path is None:
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    except OSError:
        return None
    return FileHistory(str(path))
