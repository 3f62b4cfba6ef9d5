"""Words for generated reviews: common English ones, and invented ones that can be pronounced."""

from __future__ import annotations

from itertools import product


def _listed(words: str) -> list[str]:
    return words.split()


GLUE = _listed(
    "the and a of to is it in i this that was as for with but movie film on not you he are his have be one all at they by "
    "an who so from like there or just about her out if has what some good can more when up time very even only my no would "
    "really she which had their see story than were been much get because into well other we do will most also first how "
    "people make me him its could scene then made movies after any way too them these characters think watch two films seen "
    "character being plot never many did life acting off little know where show does over man your ever better still say "
    "end why while here such should through scenes go something watching those years though now director actors thing real "
    "old another actually work same us back look few going before again world around things down every both own new long "
    "lot quite however between part cast makes want young against though always must thought right last whole woman give "
    "without find actor times role comes gets done screen series point maybe family almost music having far saw rather "
    "house day come put action set hard girl found night place since men script later book played three hand different kind "
    "town together anyone performance audience each during game line minutes looks war home eyes death called once boy "
    "friend camera wife school television left early black white itself half head turn couple case course name self "
    "until person year next women seems turns sense less sort perhaps mother father brother sister child children story "
    "police murder city car street train water fire road phone door room hospital church army soldier captain doctor "
    "lawyer teacher student king queen prince killer detective ghost monster robot alien vampire pirate cowboy singer dancer "
    "writer author novel page chapter theatre stage studio budget sequel remake trailer version episode season channel "
    "documentary comedy drama thriller western horror romance musical cartoon animation song soundtrack dialogue effects "
    "costume lighting editing shot frame cut voice sound picture colour style tone pace title credits ending opening middle "
    "summer winter spring autumn morning evening week month hour minute second moment today yesterday tomorrow monday sunday "
    "country island river mountain forest desert ocean beach garden park bridge tower castle village farm market station "
    "airport hotel restaurant kitchen office prison court museum library factory bank shop bar club party wedding funeral "
    "birthday holiday journey trip flight ride walk run fight battle chase escape crime trial secret mystery plan idea dream "
    "memory letter photograph painting mirror window table chair bed wall floor roof corner box bag coat hat shoes ring "
    "watch clock gun knife sword rope chain key map money gold silver paper glass stone wood metal bread coffee wine beer "
    "dog cat horse bird fish bear wolf snake spider dinosaur face hair mouth nose ear arm leg foot heart blood bone body "
    "mind soul spirit hope fear anger trust faith truth lie luck chance choice question answer reason problem matter fact "
    "example number piece side top bottom front back inside outside above below near away across along behind beside under "
    "quickly slowly suddenly finally usually often sometimes rarely especially probably certainly simply nearly mostly "
    "partly soon already yet instead otherwise therefore although whether unless despite upon within among toward beyond "
    "took went came gave told knew felt kept held brought began became left met ran sat stood spoke wrote read heard lost "
    "won paid sent built bought caught chose drove ate fell flew forgot grew hid hit led meant rose shook slept spent taught "
    "threw understood wore open closed small large big short tall high low early late full empty heavy light dark bright "
    "warm cold hot wet dry clean dirty fast slow loud quiet rich poor free busy ready sure clear simple single double "
    "several various certain usual recent modern ancient foreign local public private american british french german italian "
    "japanese chinese indian russian spanish mexican irish scottish swedish polish"
)

FOR = _listed(
    "great excellent wonderful perfect amazing brilliant superb fantastic beautiful favorite loved love best enjoyed enjoy "
    "fun funny touching powerful gem masterpiece outstanding terrific moving charming delightful memorable incredible strong "
    "hilarious heart perfectly rare subtle haunting captivating gripping stunning fine superbly beautifully wonderfully "
    "highly recommended today unique solid classic refreshing compelling intense witty clever underrated treat tender "
    "fascinating realistic believable warmth pleasure breathtaking flawless joy lovely thoughtful splendid remarkable "
    "impressive unforgettable magnificent poignant sincere lively inventive nuanced mesmerizing absorbing rewarding "
    "satisfying uplifting exquisite sweet gentle smart engaging vivid rich timeless honest bold daring elegant entertaining "
    "crisp tight tense suspenseful surprised finest noir chilling enchanting dazzling marvelous admirable"
)

AGAINST = _listed(
    "bad worst awful terrible boring waste poor poorly stupid horrible dull worse crap lame annoying ridiculous nothing "
    "unfortunately supposed save wasted laughable mess pointless disappointing disappointment fails failed avoid mediocre "
    "unfunny pathetic badly weak predictable cheap silly unless wooden bland forgettable tedious painful painfully "
    "embarrassing garbage dreadful atrocious insult unconvincing incoherent clumsy amateurish lousy ludicrous trash "
    "uninteresting unwatchable flat lifeless contrived cliched cheesy nonsense redeeming excuse sorry hoping ruined ugly "
    "confusing confused messy shallow hollow tired stale lazy sloppy irritating obnoxious miscast overlong muddled "
    "inept junk bored asleep refund regret skip drivel tiresome pretentious offensive ill bother barely rubbish absurd "
    "implausible wasting dire hopeless senseless joke abysmal"
)

_STARTS = _listed("b br c ch cl d dr f fl g gr h j k l m n p pl pr r s sh sl st t tr v w z")
_VOWELS = _listed("a e i o u ai ea io ou")
_ENDS = ["", "l", "m", "n", "r", "s", "t", "nd", "rk", "st"]


def invented_words(count: int, taken: set[str]) -> list[str]:
    """Return `count` different words of two or three syllables that are not among `taken`.

    The same call returns the same words; shorter ones come first.
    """
    syllables = ["".join(parts) for parts in product(_STARTS, _VOWELS)]
    words: list[str] = []
    seen = set(taken)
    # A step that shares no factor with the number of combinations visits all of them in a mixed order.
    for prefixes, step in (([""], 1_000_003), (syllables, 1_000_003)):
        total = len(prefixes) * len(syllables) * len(syllables) * len(_ENDS)
        for i in range(total):
            place = i * step % total
            place, end = divmod(place, len(_ENDS))
            place, second = divmod(place, len(syllables))
            prefix, first = divmod(place, len(syllables))
            word = prefixes[prefix] + syllables[first] + syllables[second] + _ENDS[end]
            if word not in seen:
                seen.add(word)
                words.append(word)
            if len(words) == count:
                return words
    raise ValueError(f"only {len(words)} words can be invented, {count} were asked for")


def vocabulary(count: int) -> tuple[list[str], list[int]]:
    """Return `count` words, roughly the common ones first, and for each 1, -1 or 0: it speaks for, against, or neither."""
    sides = dict.fromkeys(FOR, 1) | dict.fromkeys(AGAINST, -1)
    glue = [word for word in dict.fromkeys(GLUE) if word not in sides]
    speaking = [word for pair in zip(FOR, AGAINST, strict=False) for word in pair]
    speaking = list(dict.fromkeys([*speaking, *FOR, *AGAINST]))
    head, tail = glue[:60], glue[60:]
    # Words that speak begin about at rank 60, mixed among the others.
    mixed = [word for pair in zip(tail, speaking, strict=False) for word in pair]
    known = list(dict.fromkeys([*head, *mixed, *tail, *speaking]))
    words = known + invented_words(count - len(known), set(known))
    return words, [sides.get(word, 0) for word in words]
