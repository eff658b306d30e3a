"""When two names look the same: the skeleton that makes usernames unique to the eye."""

import functools
import unicodedata

from confusable_homoglyphs import confusables

# What Unicode's table of single small letters doesn't say, in this order: sequences that look like one sign,
# and pairs whose capitals look alike (I and l, O and 0), since case is folded. "1" stands for l by then.
_ALSO_ALIKE = (("rn", "m"), ("vv", "w"), ("c1", "d"), ("i", "1"), ("0", "o"))
_INVISIBLE = {"Cf", "Cc"}


@functools.cache
def _prototype(sign: str) -> str:
    """The one sign that stands for all that look like it: the smallest, so ASCII where there is any."""
    family = {sign} | {
        each["c"] for each in confusables.confusables_data.get(sign, ()) if len(each["c"]) == 1
    }
    wider = family | {
        each["c"]
        for member in family
        if member.isascii()
        for each in confusables.confusables_data.get(member, ())
        if len(each["c"]) == 1
    }
    return min(wider)


def skeleton(name: str) -> str:
    """The name as the eye takes it: case, width, accents' encoding and look-alike letters folded away.

    Two usernames with one skeleton are one name. Compare Unicode Technical Standard 39, section 4.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(sign for sign in folded if unicodedata.category(sign) not in _INVISIBLE)
    alike = "".join(_prototype(sign) for sign in visible).casefold()
    for sequence, sign in _ALSO_ALIKE:
        alike = alike.replace(sequence, sign)
    return alike
