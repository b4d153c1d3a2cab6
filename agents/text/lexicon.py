"""Words every topic may use. All towns, streets and papers are invented."""

from __future__ import annotations

LEXICON: dict[str, tuple[str, ...]] = {
    "town": (
        "Ostley", "Pellworth", "Tarnby", "Quarrow", "Lindholt", "Harrowick", "Fennimoor", "Orrin Bay",
        "Velmouth", "Thornacre", "Sallowfield", "Mirehaven", "Copperford", "Underleigh", "Wrenmouth",
        "Kettlebury", "Ashgrave", "Brannock", "Stannerby", "Dovermoor", "Hollinmere", "Eskerton",
        "Marrowdale", "Pinnock Hill", "Greywater", "Caldermouth", "Saltham", "Thistlemarch", "Varley Green",
        "Upper Tamsin",
    ),
    "street": (
        "Canal Street", "Mill Lane", "Station Road", "Foundry Row", "Tanner Street", "Lower Bridge Road",
        "Orchard Way", "Quay Street", "Chapel Hill", "Market Street", "Ropewalk", "Brewer Lane",
        "the ring road", "the high street",
    ),
    "paper": (
        "the local paper", "the Tarnby Echo", "the Velmouth Courier", "local radio", "the council newsletter",
        "the Lindholt Post", "the evening bulletin",
    ),
    "kin": (
        "my sister", "my brother", "my neighbour", "my mate", "my cousin", "my dad", "my aunt", "my flatmate",
        "a friend", "my partner", "my mum", "a guy at work", "my old boss", "the woman next door",
    ),
    "kin_f": ("my sister", "my mum", "my aunt", "the woman next door", "my cousin", "my oldest friend"),
    "kin_m": ("my brother", "my dad", "my uncle", "a guy at work", "my mate", "the man opposite"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "when": (
        "this morning", "last night", "yesterday", "last week", "over the weekend", "today",
        "the other day",
    ),
    "lately": ("today", "yesterday", "last week", "this week", "the other day"),
    "month": ("January", "February", "March", "April", "June", "September", "October", "November"),
}  # fmt: skip
