"""Sentence frames: how lines of a topic are put together into a post, a reply or a quote remark.

A frame is a row of parts. A part names a bank of the topic (with its side left out: `strong` on side -1
reads `strong_minus`) or one of the banks of `asides`, which belong to no topic and no side. The stance of a
frame is side x `weight`. A template is a frame with its lines chosen; see `grammar`.
"""

from __future__ import annotations

from dataclasses import dataclass

POST, COMMENT, QUOTE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Frame:
    """A row of parts, its stance per unit of side (0 .. 1), and how often it is tried."""

    parts: tuple[str, ...]
    weight: float
    share: float


# Stance cells: posts in five, comments and quotes in three. Side, then the frames that may fill the cell.
POST_STRONG = (
    Frame(("strong",), 0.85, 2.0),
    Frame(("open", "strong"), 0.85, 2.0),
    Frame(("strong", "close"), 0.90, 2.0),
    Frame(("scene", "strong"), 0.80, 4.0),
    Frame(("strong", "scene"), 0.80, 2.0),
    Frame(("ask", "strong"), 0.75, 1.5),
    Frame(("news", "strong"), 0.80, 1.5),
    Frame(("strong", "strong"), 0.95, 1.5),
    Frame(("scene", "strong", "close"), 0.85, 0.7),
    Frame(("open", "strong", "mild"), 0.75, 0.7),
    Frame(("scene", "ask", "strong"), 0.75, 0.5),
    Frame(("scene", "scene"), 0.70, 2.0),
    Frame(("ask", "ask"), 0.68, 1.2),
    Frame(("ask", "scene"), 0.68, 1.5),
    Frame(("scene", "mild", "ask"), 0.68, 0.7),
)
POST_MILD = (
    Frame(("mild",), 0.40, 2.0),
    Frame(("hedge", "mild"), 0.32, 2.0),
    Frame(("mild", "close_mild"), 0.40, 1.0),
    Frame(("scene",), 0.45, 2.5),
    Frame(("scene", "mild"), 0.50, 3.0),
    Frame(("mild", "scene"), 0.50, 1.5),
    Frame(("ask",), 0.28, 1.5),
    Frame(("scene", "ask"), 0.38, 1.5),
    Frame(("news", "mild"), 0.35, 1.5),
    Frame(("news", "ask"), 0.25, 1.0),
    Frame(("mild", "ask"), 0.36, 1.0),
    Frame(("hedge", "mild", "scene"), 0.42, 0.5),
)
POST_NEUTRAL = (
    Frame(("neutral",), 0.0, 2.0),
    Frame(("hedge", "neutral"), 0.0, 1.0),
    Frame(("neutral", "close_mild"), 0.0, 1.0),
    Frame(("news",), 0.0, 1.5),
    Frame(("news", "neutral"), 0.0, 1.5),
    Frame(("news", "ask_neutral"), 0.0, 1.0),
    Frame(("scene_neutral",), 0.0, 1.5),
    Frame(("scene_neutral", "neutral"), 0.0, 1.5),
    Frame(("scene_neutral", "ask_neutral"), 0.0, 1.0),
    Frame(("ask_neutral",), 0.0, 1.5),
    Frame(("neutral", "ask_neutral"), 0.0, 1.0),
    Frame(("mild_minus", "turn", "mild_plus"), 0.05, 1.2),
    Frame(("mild_plus", "turn", "mild_minus"), -0.05, 1.2),
)
COMMENT_SIDE = (
    Frame(("reply",), 0.60, 3.0),
    Frame(("open_reply", "reply"), 0.55, 2.0),
    Frame(("open_reply", "mild"), 0.40, 1.5),
    Frame(("reply", "mild"), 0.50, 2.0),
    Frame(("reply", "scene"), 0.60, 1.5),
    Frame(("open_reply", "strong"), 0.85, 2.0),
    Frame(("reply", "strong"), 0.80, 2.0),
    Frame(("reply", "close"), 0.65, 1.0),
    Frame(("reply", "ask"), 0.50, 1.0),
)
COMMENT_NEUTRAL = (
    Frame(("reply_neutral",), 0.0, 3.0),
    Frame(("open_reply", "reply_neutral"), 0.0, 2.0),
    Frame(("reply_neutral", "ask_neutral"), 0.0, 2.0),
    Frame(("reply_neutral", "neutral"), 0.0, 2.0),
    Frame(("open_reply", "ask_neutral"), 0.0, 1.5),
    Frame(("open_reply", "neutral"), 0.0, 1.5),
    Frame(("reply_neutral", "scene_neutral"), 0.0, 1.0),
)
QUOTE_SIDE = (
    Frame(("remark",), 0.60, 3.0),
    Frame(("remark", "mild"), 0.50, 2.0),
    Frame(("remark", "strong"), 0.80, 2.5),
    Frame(("open_quote", "strong"), 0.85, 2.0),
    Frame(("open_quote", "mild"), 0.40, 1.5),
    Frame(("remark", "scene"), 0.60, 1.5),
    Frame(("remark", "reply"), 0.65, 2.0),
    Frame(("remark", "ask"), 0.50, 1.0),
)
QUOTE_NEUTRAL = (
    Frame(("remark_neutral",), 0.0, 3.0),
    Frame(("remark_neutral", "ask_neutral"), 0.0, 2.0),
    Frame(("remark_neutral", "neutral"), 0.0, 2.0),
    Frame(("open_quote", "neutral"), 0.0, 1.5),
    Frame(("open_quote", "ask_neutral"), 0.0, 1.5),
    Frame(("remark_neutral", "scene_neutral"), 0.0, 1.0),
)

# (kind, side, frames) of every cell, ordered by stance within a kind. `EDGES` are the stances between them.
CELLS: tuple[tuple[int, int, tuple[Frame, ...]], ...] = (
    (POST, -1, POST_STRONG),
    (POST, -1, POST_MILD),
    (POST, 0, POST_NEUTRAL),
    (POST, 1, POST_MILD),
    (POST, 1, POST_STRONG),
    (COMMENT, -1, COMMENT_SIDE),
    (COMMENT, 0, COMMENT_NEUTRAL),
    (COMMENT, 1, COMMENT_SIDE),
    (QUOTE, -1, QUOTE_SIDE),
    (QUOTE, 0, QUOTE_NEUTRAL),
    (QUOTE, 1, QUOTE_SIDE),
)
EDGES: dict[int, tuple[float, ...]] = {
    POST: (-0.62, -0.2, 0.2, 0.62),
    COMMENT: (-0.3, 0.3),
    QUOTE: (-0.3, 0.3),
}
