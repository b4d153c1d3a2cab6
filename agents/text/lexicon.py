"""Words every topic may use. All towns, streets and papers are invented."""

from __future__ import annotations

LEXICON: dict[str, tuple[str, ...]] = {
    "town": (
        "Ostley", "Pellworth", "Tarnby", "Quarrow", "Lindholt", "Harrowick", "Fennimoor", "Orrin Bay",
        "Velmouth", "Thornacre", "Sallowfield", "Mirehaven", "Copperford", "Underleigh", "Wrenmouth",
        "Kettlebury", "Ashgrave", "Brannock", "Stannerby", "Dovermoor", "Hollin Cross", "Eskerton",
        "Marrowdale", "Pinnock Hill", "Greywater", "Caldermouth", "Saltham", "Nettlecombe", "Varley Green",
        "Upper Tamsin",
    ),
    "street": (
        "Canal Street", "Mill Lane", "Station Road", "Foundry Row", "Tanner Street", "Lower Bridge Road",
        "Orchard Way", "Quay Street", "Chapel Hill", "Market Street", "Ropewalk", "Brewer Lane", "the ring road",
        "the high street",
    ),
    "paper": (
        "the local paper", "the Tarnby Echo", "the Velmouth Courier", "local radio", "the council newsletter",
        "the Lindholt Post", "the evening bulletin",
    ),
    "kin": (
        "my sister", "my brother", "my neighbour", "my mate", "my cousin", "my dad", "my aunt", "my flatmate",
        "a friend", "my partner", "my mum", "a guy at work", "my old boss", "the woman next door",
    ),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "when": ("this morning", "last night", "yesterday", "last week", "over the weekend", "today", "the other day"),
    "month": ("January", "February", "March", "April", "June", "September", "October", "November"),
}  # fmt: skip
