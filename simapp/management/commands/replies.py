"""Take the replies of a run's models out as one file, take such a file in, or let a run's prompts go."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.runs import find_run

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """`replies export RUN --out FILE`, `replies import FILE`, `replies forget-prompts RUN`."""

    help = (
        "export: what models answered in a run, with its scenario, as one file. import: take such a file in; "
        "`simulate SCENARIO --seed N --answers cache` then runs without a model. "
        "forget-prompts: let a run's prompts go; the replies stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["export", "import", "forget-prompts"])
        parser.add_argument("which", help="number of the run, or the file to import")
        parser.add_argument("--out", help="with export: file to create, e.g. study.replies.zst")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["what"] == "export") != bool(options["out"]):
            raise WrongInput("--out goes with export, and export needs it.")
        if options["what"] == "import":
            self._import(Path(options["which"]))
            return
        number = options["which"]
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            msg = f"{number[:40]!r} is not the number of a run."
            raise WrongInput(msg)
        run = find_run(int(number))
        if options["what"] == "export":
            self._export(run, Path(options["out"]))
        else:
            from simapp.runs.prompts import forget_prompts

            self.emit({"run": run.pk, "batches": forget_prompts(run=run, member=None)})

    def _export(self, run: Any, out: Path) -> None:
        from simapp.runs.reply_files import write_replies
        from simapp.runs.services import Refused

        if out.exists():
            msg = f"--out is {out}, which exists already; name a file to create."
            raise WrongInput(msg)
        try:
            with NamedTemporaryFile(
                dir=out.parent, prefix=f".{out.name[:100]}-", suffix=".part", delete=False
            ) as part:
                try:
                    head = write_replies(run, part)  # type: ignore[arg-type]
                    part.close()
                    Path(part.name).replace(out)
                except BaseException:
                    Path(part.name).unlink(missing_ok=True)
                    raise
        except Refused as problem:
            raise WrongInput(str(problem)) from None
        except OSError as problem:
            msg = f"--out is {out}, which cannot be made: {problem.strerror}."
            raise WrongInput(msg) from None
        size = out.stat().st_size
        self.emit({"run": run.pk, "out": str(out), "bytes": size, **_plainly(head)})

    def _import(self, path: Path) -> None:
        from simapp.runs.reply_files import import_replies
        from simapp.runs.reply_source import notes_of

        try:
            with path.open("rb") as file:
                held = import_replies(owner=None, name=path.name, file=file)
        except OSError as problem:
            msg = f"{path} cannot be read: {problem.strerror}."
            raise WrongInput(msg) from None
        notes = notes_of(held)
        for note in notes:
            self.stderr.write(note)
        self.emit({"file": held.pk, **_plainly(held.said), "notes": notes})


def _plainly(head: dict[str, Any]) -> dict[str, Any]:
    names = ("replies", "late", "abstained", "models", "seed", "step", "digest", "scenario_sha256")
    return {name: head[name] for name in names}
