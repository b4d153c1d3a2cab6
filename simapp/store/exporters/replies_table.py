"""What is in an export of what language models answered."""

from __future__ import annotations

from simapp.store.exporters.shapes import STEP, Column, Table

REPLIES = Table(
    "replies",
    "What language models answered: inputs of the run, which repeat it without a model. Prompts are not here.",
    "step, user",
    (
        STEP,
        Column("user", "int32", "who was decided for: user_id of users; -1, -2 ...: questions about groups"),
        Column("tier", "string", "where the model ran", "", "local, endpoint"),
        Column("model", "string", "name of the model in the scenario"),
        Column("revision", "string", "name and revision as the model gave them; empty for a reply that never came"),
        Column("reason", "string", "why a model was asked"),
        Column("outcome", "string", "what became of the question", "", "answered, abstained, late"),
        Column("text", "string", "the reply as the model gave it; an empty text unless it was answered"),
        Column("first", "string", "a first try that could not be read, or an empty text"),
        Column("problem", "string", "what failed, or an empty text"),
        Column("options", "string", "the actions in the order in which they were offered: JSON, a list"),
        Column("template", "string", "hash of the prompt's templates, 16 hex digits"),
        Column("key", "string", "content address of the question, SHA-256 in hex", missing="it was not kept"),
        Column("tokens_in", "int32", "tokens of the prompt, over all tries", "tokens", "0 and up"),
        Column("tokens_out", "int32", "tokens of the reply, over all tries", "tokens", "0 and up"),
        Column("tokens_cached", "int32", "of tokens_in, those that the server had in its cache", "tokens", "0 and up"),
        Column("seconds", "float64", "from asking to the answer", "seconds", "0 and up"),
        Column("cost", "float64", "what it cost, at the endpoint's prices", "their currency", "0 and up"),
        Column("tries", "int16", "calls made; 0 where none was", "", "0 and up"),
        Column("cached", "int8", "1: the reply cache knew it, and the numbers are those of then", "", "0, 1"),
    ),
)
