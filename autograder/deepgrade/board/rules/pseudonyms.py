"""Names for the board that say nothing about their owners: two friendly words and a number.

Theory of operation: the words are drawn from an HMAC of the competitor's key under the course's secret, one for each lab.
Whoever has not the secret can neither compute the pseudonym of a known name nor tell which pseudonyms of two labs belong
together. With the secret it is the same in every call, so nothing has to be stored but who was there.
"""

from __future__ import annotations

import json
from collections.abc import Container

from deepgrade.board.errors import BoardError
from deepgrade.data.stream import Stream


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


ADJECTIVES = _listed(
    "Able Agile Alert Amiable Artful Attentive Awake Balanced Blithe Bold Brave Breezy Bright Brisk Bubbly Buoyant "
    "Calm Candid Careful Caring Cheerful Chirpy Civil Classic Clear Clever Composed Cordial Cosmic Cosy Courteous Crisp "
    "Curious Daring Dashing Deft Devoted Diligent Dreamy Eager Earnest Elegant Fair Faithful Famous Fearless Fluent Frank "
    "Friendly Frosty Gallant Generous Genial Gentle Genuine Gifted Glad Gleaming Golden Graceful Happy Hardy Hearty "
    "Helpful Honest Humble Inventive Jaunty Jolly Jovial Joyful Keen Kind Lively Loyal Lucid Lucky Mellow Merry Mindful "
    "Modest Neat Nifty Nimble Noble Patient Peaceful Perky Placid Playful Polite Proud Quick Quiet Ready Serene Sincere "
    "Sparkling Spirited Splendid Steady Sturdy Sunny Swift Tactful Tidy Tranquil Upbeat Valiant Vivid Warm Wise Witty "
    "Zesty"
)
"""Only such as everyone would like to be called."""

NOUNS = _listed(
    "Accordion Albatross Alpaca Antelope Badger Banjo Bassoon Bison Bongo Bugle Bumblebee Butterfly Carillon "
    "Castanet Celesta Cello Chaffinch Chamois Cheetah Chickadee Clarinet Clavichord Concertina Cormorant Cornet Crane "
    "Cricket Curlew Cymbal Dolphin Dormouse Dragonfly Dulcimer Eagle Egret Falcon Ferret Fiddle Finch Firefly Flamingo "
    "Flute Fox Gazelle Gecko Glockenspiel Gong Goldfinch Guitar Hamster Harmonica Harp Harpsichord Hedgehog Heron "
    "Hummingbird Ibex Ibis Jaguar Kangaroo Kestrel Kingfisher Kiwi Koala Ladybird Lark Lemur Leopard Llama Lute Lynx Lyre "
    "Magpie Mandolin Maraca Marimba Marmot Marten Meerkat Mongoose Moose Narwhal Nightingale Nuthatch Oboe Ocarina Ocelot "
    "Octopus Oriole Osprey Otter Owl Panda Panther Pelican Penguin Petrel Pheasant Piano Piccolo Plover Puffin Puma "
    "Quail Quokka Raven Robin Salmon Sandpiper Saxophone Seahorse Skylark Sparrow Squirrel Starling Stork Swan "
    "Tambourine Tapir Tiger Timpani Tortoise Toucan Triangle Trumpet Tuba Turtle Ukulele Viola Violin Wagtail "
    "Wombat Woodpecker Wren Xylophone Yak Zebra Zither"
)
"""Animals and instruments."""

_LOWEST, _HIGHEST = 100, 999
_AVOIDED = frozenset({187, 311, 420, 666, 888, 911})
"""Numbers that mean something unpleasant to some."""
_TRIES = 1000


def pseudonym(secret: bytes, lab: str, student: str, taken: Container[str]) -> str:
    """Return a competitor's pseudonym, such as `Curious Heron 417`.

    Name the class in an order that stays, and give each call what the earlier ones returned: of two who would have the
    same, the second gets another one.

    Args:
        secret: The course's.
        lab: In every lab they are others.
        student: The competitor's key.
        taken: Pseudonyms of others.

    Raises:
        BoardError: All that were tried are taken.
    """
    # JSON keeps lab and student apart whatever stands in them, and holds names that are no valid Unicode.
    stream = Stream(secret, f"pseudonym {json.dumps([lab, student])}")
    for _ in range(_TRIES):
        first, second = (int(stream.below(len(words), 1)[0]) for words in (ADJECTIVES, NOUNS))
        number = int(stream.between(_LOWEST, _HIGHEST, 1)[0])
        name = f"{ADJECTIVES[first]} {NOUNS[second]} {number}"
        if number not in _AVOIDED and name not in taken:
            return name
    raise BoardError(f"No pseudonym is left for {lab}: {_TRIES:,} were tried, and all are taken.")
