"""A model folder of ours is served by transformers' own server."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from agents.inference.local.tiny import save_tiny
from tests.servers.transformers_serve import transformers_server


def test_a_tiny_folder_answers_a_chat_request_over_http(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "tiny", texts=["to be or not to be"], num_hidden_layers=1)
    asked = {
        "model": str(folder),
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "to be?"}],
        "max_tokens": 5,
    }
    with transformers_server(folder) as base:
        request = urllib.request.Request(
            f"{base}/chat/completions", json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.load(answer)
    assert said["choices"][0]["message"]["role"] == "assistant"
    assert said["usage"]["completion_tokens"] <= 5
    assert said["usage"]["prompt_tokens"] > 5
