"""Interventions in words: what each kind is called, and what one of them says in one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core import ids
from simapp.models import RunPost
from simapp.runs.points import past_of
from simapp.web.run_feed import handles_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simapp.models import Run
    from simapp.runs.effects import Effect
    from simapp.runs.happenings import Happening

# Groups of the picker: (heading, ((kind, what its button says), ...)).
GROUPS = (
    ("Posts", (
        ("inject_post", "Inject a post"), ("label_post", "Label"), ("note_post", "Add a note"),
        ("remove_post", "Remove"), ("restore_post", "Restore"), ("demote_post", "Demote"),
        ("undo_demote_post", "Take back a demotion"),
    )),
    ("Accounts", (
        ("suspend_user", "Suspend"), ("reinstate_user", "Reinstate"), ("automate_user", "Automate"),
        ("undo_automate_user", "Give back"), ("set_bots", "Share of bots"),
    )),
    ("World", (("switch_feed", "Change the feed"), ("rewire", "Rewire"))),
    ("Memory", (("plant_fact", "Plant a fact"), ("forget_fact", "Forget a fact"))),
)  # fmt: skip
TITLES = {
    "inject_post": "Inject a post", "label_post": "Label a post", "note_post": "Add a note to a post",
    "remove_post": "Remove a post", "restore_post": "Restore a post", "demote_post": "Demote a post",
    "undo_demote_post": "Take back a demotion", "suspend_user": "Suspend an account",
    "reinstate_user": "Reinstate an account", "automate_user": "Automate an account",
    "undo_automate_user": "Give an account back", "set_bots": "Set the share of bots",
    "switch_feed": "Change the feed", "rewire": "Rewire the network", "plant_fact": "Plant a fact",
    "forget_fact": "Let a fact be forgotten", "first_vote": "Artificial first votes",
}  # fmt: skip
_WORDS = {
    "most_followed": "the most followed user", "random": "a random user", "most_shared": "the most shared post",
    "most_liked": "the most liked post", "most_reported": "the most reported post",
}  # fmt: skip
_ON_POST = {
    "label_post": "Label {post}: {text}", "note_post": "Note below {post}: {text}", "remove_post": "Remove {post}",
    "restore_post": "Restore {post}", "demote_post": "Demote {post}", "undo_demote_post": "No longer demote {post}",
}  # fmt: skip
_ON_USER = {
    "suspend_user": "Suspend {user}", "reinstate_user": "Reinstate {user}",
    "automate_user": "Automate {user}{activity}{stance}", "undo_automate_user": "Give {user} back",
    "plant_fact": "{user} learns: {text}", "forget_fact": "{user} forgets: {text}",
    "inject_post": "{user} posts {text}",
}  # fmt: skip
_HOW = {
    "random": "{share} of all follows, to anybody", "across": "{share} of the follows within a side, to the other side",
    "within": "{share} of the follows between the sides, to the own side",
    "cut": "{share} of the follows between the sides, cut",
}  # fmt: skip
LONGEST = 160


@dataclass
class Names:
    """Handles by user and (handle, text) by post number, of those that are spoken of."""

    users: dict[int, str] = field(default_factory=dict)
    posts: dict[int, tuple[str, str]] = field(default_factory=dict)

    def user(self, named: Any) -> str:
        """A user by number, as @handle, or by word."""
        if isinstance(named, int):
            return f"@{self.users.get(named, named)}"
        return _WORDS.get(str(named), str(named))

    def post(self, named: Any) -> str:
        """A post by number, by word, or by its place in the scenario's list."""
        key = named.get("key") if isinstance(named, dict) else None
        if key is not None:
            handle, text = self.posts.get(int(key), ("", ""))
            return f"@{handle}'s post “{_cut(text, 60)}”" if handle else f"post {key}"
        return f"the injected post {named}" if isinstance(named, int) else _WORDS.get(str(named), str(named))


def names_of(run: Run, shown: Sequence[Happening], effects: Iterable[Effect] = ()) -> Names:
    """Return the names of all users and posts that are spoken of, in three queries."""
    came = list(effects)
    keys = {int(p["key"]) for one in shown if isinstance(p := one.settings.get("post"), dict) and "key" in p}
    keys |= {effect.post for effect in came if effect.post is not None}
    users = {who for one in shown for name in ("author", "user") if isinstance(who := one.settings.get(name), int)}
    users |= {effect.user for effect in came if effect.user is not None}
    steps = {int(ids.split_post_key(key)[1]) for key in keys}
    rows = list(RunPost.objects.filter(past_of(run), step__in=steps, key__in=keys)) if keys else []
    handles = handles_of(run, users | {row.author for row in rows}) if users or rows else {}
    texts = texts_of(run, {row.text_id for row in rows}) if rows else {}
    return Names(handles, {row.key: (handles[row.author], texts.get(row.text_id, "")) for row in rows})


def line(one: Happening, names: Names) -> str:
    """Return an intervention as one line."""
    said = one.settings
    words = {
        "text": f"“{_cut(said['text'])}”" if "text" in said else "",
        "post": names.post(said["post"]) if "post" in said else "",
        "user": names.user(said.get("author", said.get("user"))),
        "activity": f", {said['activity']} times as active" if "activity" in said else "",
        "stance": stance(said.get("stance"), one.topic),
    }
    if one.kind in _ON_POST or one.kind in _ON_USER:
        found = (_ON_POST.get(one.kind) or _ON_USER[one.kind]).format(**words)
        return found[0].upper() + found[1:]
    if one.kind == "switch_feed":
        params = ", ".join(f"{name} {value:g}" for name, value in (said.get("params") or {}).items())
        group = f" for the group {said['group']}" if said.get("group") else ""
        return f"Feed: {said['preset']}{f' ({params})' if params else ''}{group}"
    if one.kind == "rewire":
        return f"Rewire {_HOW[said['how']].format(share=percent(said['share']))}"
    if one.kind == "set_bots":
        return f"Bots: {percent(said['share'])} of all accounts{words['activity']}{words['stance']}"
    if one.kind == "first_vote":
        return f"First votes: {percent(said['up'])} up, {percent(said['down'])} down, until step {said['until']}"
    return TITLES.get(one.kind, one.kind)


def stance(value: Any, topic: str) -> str:
    """Return ", for +0.8 on housing" for a stance that is fixed, "" for none."""
    if value is None:
        return ""
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f", fixed at {sign}{abs(value):g}{f' on {topic}' if topic else ''}"


def percent(share: float) -> str:
    """Return a share as a percentage with at most three digits."""
    return f"{100 * share:.3g}\u202f%"


def _cut(text: str, longest: int = LONGEST) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
