"""How the entries of the catalogue are to be read: what they all share, said once, for the site and the docs alike."""

from __future__ import annotations

from simapp.metrics.files import DRAWS
from simapp.metrics.wordlist import KINDS, SCORER

# Term -> what it means in every entry; plain text, shown as it stands.
RULES: dict[str, str] = {
    "missing": (
        "where a figure is undefined it is left out (null in JSON, empty in an export, a gap in a chart): never 0"
        ' instead, and never "not a number"'
    ),
    "null": (
        "what a world without the effect would show; a figure is read beside it. In a run it is computed as the entry"
        " says (null_value in metrics.csv). Of files it is drawn where the entry says shuffled, rewired or drawn; any"
        " other is the number or formula itself, without z"
    ),
    "drawn": (
        f"{DRAWS} times, or as often as --draws says. What stands beside the value is the mean of the draws, and z ="
        " (value - that mean) / their standard deviation (n - 1); draws in which the figure is missing do not count"
    ),
    "shuffled": (
        "the values (sides, opinions, labels) of all who have one are dealt out anew among just these, in random"
        " order, each order equally likely. Where a figure is of the largest component, among its nodes; else among"
        " those of the whole graph. Edges stay as they are"
    ),
    "rewired": (
        "10 m tries for m edges, one after another. A try picks two edges a -> b and c -> d at random (where"
        " undirected, the second in either direction) and makes them a -> d and c -> b; it does nothing where they are"
        " the same edge, or where that would make a loop or an edge that is there already. Reciprocity rewires"
        " directed edges; clustering, transitivity and triangles joined pairs"
    ),
    "no single number": (
        "is polarization: spread, bimodality, camp share and neighbour correlation each mislead alone: a consensus of"
        " 90 to 10 has the highest bimodality there is, and neighbours still correlate in a world that has become of"
        " one mind"
    ),
    "step": (
        "a figure of step s is taken at its end: opinions, follows, likes and posts are those after it (opinions.csv"
        " of step s; posts.csv, events.csv and follows.csv up to s). That goes for what was shown and voted on in the"
        " step too: x is the opinion after it. Only shadow feeds are compared when feeds are ranked: by the opinions"
        " after step s - 1 and the likes and shares up to then, and by what interventions at s changed"
    ),
    "x": (
        "a user's opinion as shown, in [-1, 1] (a model with another scale is mapped first); in a run on the first"
        " topic of the scenario, the first column of opinions.csv after user"
    ),
    "side": (
        "the sign of x; a user at exactly 0 is on neither. Of files: the label that --sides or --sides-from gives a"
        " node; without these the sign of its opinion"
    ),
    "edge": (
        "follower -> followee; attention flows the other way. Loops are left out, repeated edges count once, and two"
        " users who follow each other are two edges. In a run: rows of follows.csv up to the step, less those that an"
        " unfollow ended"
    ),
    "undirected": (
        "directions aside: two nodes that are joined, one way or both ways, are one edge; a degree is the number of"
        " different nodes that a node is joined to"
    ),
    "largest component": (
        "the most nodes that paths join, directions aside; of equally large ones that with the node that the file"
        " names first. What is not said to be of it is of the whole graph, nodes without an edge included"
    ),
    "no side, no opinion": (
        "what needs one leaves out users and nodes without it, and the edges that touch them. They stay in their"
        " component, and walks and contagions pass through them"
    ),
    "weights": (
        "all 1, unless --weights is given: then edges count by weight in the E-I index, assortativity of sides,"
        " modularity, disagreement, distance of the camps and random-walk controversy, and nowhere else. Weights of"
        " repeated edges add up, and so do those of both directions of a pair where the figure is undirected"
    ),
    "cascade": (
        "a post with its reposts and quotes; comments are not part of it. A repost or quote hangs under the post or"
        " repost that was in front of the user (parent in posts.csv). Sizes count posts, reach counts users; the level"
        " of a post is the number of edges from the first post, and depth the highest level. Of a file (parent and"
        " minutes of each cascade) the root is the first post, its other nodes are shares, and a delay is the minutes"
        " of a share less those of the root"
    ),
    "repost": (
        "where a repost is shown or voted on, what counts is the post that it shows: from parent to parent up to the"
        " first that is no repost. Author, stance, likes and shares are that post's. A quote is a post of its own, by"
        " who quoted"
    ),
    "impression": (
        "a row of impressions.csv: one post in the feed that one viewer was shown in the step; feeds show no comments"
    ),
    "feed window": (
        "the posts that can still be shown or acted on: at step s the rows of posts.csv, comments, reposts and removed"
        " posts among them, with step > s - W and step <= s, W = platform.hot_window_hours * 60 /"
        " clock.minutes_per_step, rounded (a half to the even number), at least 1. There are hot_posts of them (counts"
        " in steps.csv)"
    ),
    "activity": (
        "rows of events.csv of the step with an actor (what the scenario itself does has none) and outcome done; the"
        " entry names the action"
    ),
    "standing likes and dislikes": (
        "those given up to the end of the step (done like_post, dislike_post of events.csv) less those taken back"
        " (unlike_post, undo_dislike_post), artificial first votes, which are such rows without an actor, included"
    ),
    "bins": "of equal width; a bin holds its lower end, the last one both ends",
    "median": "of an even number of values the mean of the two in the middle",
    "correlation": "Pearson's; constant means a standard deviation below 1e-7 unless the entry says otherwise",
    "n, m, h, e": "users, follow edges, posts in the feed window, events of the step; costs are of a full pass",
    "live": (
        "the metrics of a scenario name what its steps compute: default stands for the usual set, live for everything"
        " that a step can have"
    ),
    "exactness": (
        "figures of a step are 64-bit sums over all users and all edges in one fixed order, without sampling: they do"
        " not depend on threads or batch sizes"
    ),
    "words": (
        f"{SCORER.label} (simapp/metrics/wordlist.toml): a word is a run of letters, capitals aside, and is looked up"
        " as it stands"
    ),
    **{f"{kind} words": ", ".join(sorted(SCORER.words(kind))) for kind in KINDS},
}
