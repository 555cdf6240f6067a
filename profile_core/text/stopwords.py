"""The English words that carry grammar rather than content.

Owns the list that decides what a content word is. Changing it changes every lexical factor, so
their rule versions rise with it.
"""

from __future__ import annotations

_PLAIN = """
a about above across after again against all almost along already also although always am among an
and another any anybody anyone anything are around as at away back be became because become becomes
been before being below between both but by can cannot could did do does doing done down during
each either else enough etc even ever every everybody everyone everything few for from further get
gets getting give given gives go goes going gone got had has have having he hence her here hers
herself him himself his how however i if in indeed instead into is it its itself just least less
let like made make makes making many may maybe me might mine more most much must my myself namely
neither never nevertheless next no nobody none nonetheless nor not nothing now of off often on once
one ones only onto or other others otherwise our ours ourselves out over own per perhaps please put
quite rather really s same seem seemed seeming seems several shall she should since so some somebody
somehow someone something sometimes somewhat somewhere still such t than that the their theirs them
themselves then there thereby therefore these they this those though through throughout thus to
together too toward towards two under unless until up upon us use used using very via was we well
were what whatever when whenever where whereas wherever whether which while who whoever whole whom
whose why will with within without would yet you your yours yourself yourselves
"""
_CONTRACTED = """
ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't he'd he'll he's here's how's
i'd i'll i'm i've isn't it'd it'll it's let's mightn't mustn't needn't she'd she'll she's shouldn't
that'd that'll that's there's they'd they'll they're they've wasn't we'd we'll we're we've weren't
what's when's where's who'd who'll who's why's won't wouldn't you'd you'll you're you've y'all
"""

STOP_WORDS = frozenset((_PLAIN + _CONTRACTED).split())
