"""The example in the documentation is what the code writes."""

from __future__ import annotations

from pathlib import Path

from tests.agents.memory.test_memory import do, live, memory, prompter
from tests.agents.prompting.worlds import STREAMS, town


def test_the_example_of_a_prompt_is_a_prompt(project_root: Path) -> None:
    world, feed = town()
    of = memory()
    said = {
        0: do({"act": "like_post", "on": "1"}),
        2: do({"act": "create_comment", "on": "1", "text": "Well said"}),
    }
    live(world, feed, said, of)
    world.users.opinions[1] = 0.42
    question = prompter(of).questions(world, feed, STREAMS)[1]
    page = (project_root / "docs" / "minds.md").read_text(encoding="utf-8")
    assert question.shared + question.own == page.split("```text\n")[1].split("\n```")[0]
