"""What people say around a claim: openings, hedges, closings. They belong to no topic and no side."""

from __future__ import annotations

from agents.text.lexicon import LEXICON
from agents.text.library import Line, read_lines

# Parts whose lines may lead into the next one without a stop ("look,").
LEADS = frozenset({"open", "hedge", "open_reply", "open_quote", "turn"})

# Lead-ins end in a comma, a colon or "but", and fit before any claim; the others are sentences.
_OPEN = """
look,
ok so
I'm sorry but
I'll keep saying it:
say it with me:
not to be dramatic but
once more for the people at the back:
friendly reminder:
genuinely,
I said this in {month} and I'll say it again:
hot take, apparently:
serious post for once.
unpopular at the family table, but
~posting this before I lose my nerve:
~my whole personality this week:
~me, to absolutely nobody at the bus stop:
~in today's episode of shouting at the radio:
~{kin} has muted me over this but
~against my doctor's advice I read the replies.
~put this on my gravestone:
~three coffees in, so:
!enough.
!no.
!I've had it.
!what are we even doing?
!every single time.
!I'm so tired of this.
!how is this still a debate?
!absolute joke.
!furious about this.
!right,
^small bit of good news energy:
^ok optimism hour:
^been thinking about this all week:
^I really do believe this:
^call me naive but
^one day we'll look back and wonder why it took so long.
"""

_HEDGE = """
could be wrong, but
not an expert, but
I go back and forth on this, but
maybe it's just me, but
small thing, but
no strong feelings here, but
probably overthinking it, but
for what it's worth,
I might regret posting this, but
been chewing on this since {day}:
changed my mind a bit lately.
on balance,
thinking out loud:
half a thought:
I don't usually post about this, but
tell me if I've got this wrong:
two cents:
I can see why people disagree, but
~low-stakes opinion:
~not picking a fight, just saying:
~I know, nobody asked, but
"""

_CLOSE = """
that's it, that's the post.
I said what I said.
simple as that.
it isn't complicated.
end of.
prove me wrong.
and I'll die on this hill.
you know I'm right.
write to your councillor.
turn up on {day} if you feel the same.
bookmark this for next year.
I don't see how anyone argues with that.
~anyway, back to pictures of the dog.
~anyway. how's your {day}?
~cool cool cool.
~I'll be in the garden if anyone needs me.
~no further questions.
~thanks for coming to my bus stop lecture.
~I have more where that came from, sadly.
!make it make sense.
!shame on everyone who waved it through.
!I'm done being polite about it.
!do your jobs.
!unbelievable.
!nobody is listening and they know it.
!rant over, for now.
^we can do this.
^it's closer than people think.
^give it five years.
^it has worked before.
^I'd bet good money on it.
^feeling weirdly hopeful about it.
"""

_CLOSE_MILD = """
thoughts?
am I missing something?
happy to be told otherwise.
curious what others think.
that's all, carry on.
anyway.
anyone else?
maybe that's naive.
might just be my street.
I'll leave it there.
don't shout at me.
would love to see actual numbers on it.
~please be normal in the replies.
~back to lurking.
~this is as political as I get before lunch.
^small steps.
"""

_OPEN_REPLY = """
ok but
I mean,
late to this, but
jumping in:
can only speak for {town}, but
with respect,
fwiw,
genuine point:
coming at this from the other end of the street:
third time I've typed this out:
ha.
hmm.
ok, I'll bite.
sorry, long day, but
for context,
adding to the pile:
just my experience, but
pinch of salt, but
to be fair,
slightly off topic, but
~reading this on the bus, so briefly:
~oh good, this thread again.
!come on.
!sigh.
"""

_OPEN_QUOTE = """
saw this and thought:
re this:
posting this for the {town} crowd.
sharing because it came up at dinner:
this has been in my head all day.
good thread to argue under.
adding one thing:
for anyone who scrolled past this:
context for the below:
my reading of this:
the replies to this are something.
this came up at work {when}.
half my feed is this today.
short version:
saving this for {kin}.
since everyone's sharing this,
~muting this after I post it, but
~resisting the urge to write an essay, so:
~this again.
!can't believe this needs saying:
nice to see this being talked about.
"""

_TURN = """
then again,
on the other hand,
but also,
and yet,
counterpoint to myself:
the other side of it:
{kin} says the opposite:
at the same time,
which is fine until someone says:
people I respect say otherwise:
"""

SHARED: dict[str, tuple[Line, ...]] = {
    "open": read_lines(_OPEN, LEXICON),
    "hedge": read_lines(_HEDGE, LEXICON),
    "close": read_lines(_CLOSE, LEXICON),
    "close_mild": read_lines(_CLOSE_MILD, LEXICON),
    "open_reply": read_lines(_OPEN_REPLY, LEXICON),
    "open_quote": read_lines(_OPEN_QUOTE, LEXICON),
    "turn": read_lines(_TURN, LEXICON),
}
