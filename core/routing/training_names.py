"""Names for the training city: invented, pronounceable, each used once."""

from __future__ import annotations

import numpy as np

CITY = "Halvermouth"
RIVER = "River Halver"
SEA = "Bay of Orrin"
OLD_TOWN, HARBOUR = "Old Town", "Harbour"
DISTRICTS = (
    "Linden Hill", "Weaversfield", "Saint Orrin", "Millbank", "Eastmarsh", "Kingsmead", "Orchard Vale", "Tollgate",
    "Fennick", "Bellmoor", "Ropewalk", "Castle Rise", "Dunmere", "Ashgrove",
)  # fmt: skip
VILLAGES = ("Upper Fennby", "Overcombe", "Marlhurst", "Saint Tilda", "Nether Wick")
_HEADS = (
    "Al", "Bar", "Bel", "Bran", "Cal", "Cor", "Dan", "Del", "El", "Fal", "Fen", "Gar", "Hal", "Har", "Ink", "Jor", "Kel", "Lam",
    "Lin", "Mar", "Mel", "Mor", "Nor", "Or", "Pel", "Quin", "Ros", "Sel", "Tam", "Tor", "Ul", "Var", "Wen", "Wil", "Yar", "Zel",
)  # fmt: skip
_TAILS = (
    "aby", "bridge", "bury", "by", "combe", "den", "dale", "esk", "ford", "gate", "ham", "holt", "iston", "ley", "low", "mere",
    "mond", "nock", "over", "ridge", "sted", "stow", "ton", "ven", "wick", "worth",
)  # fmt: skip
_TRADES = (
    "Tanner", "Cooper", "Baker", "Chandler", "Dyer", "Fuller", "Saddler", "Glover", "Potter", "Mason", "Tinker", "Mercer",
    "Falconer", "Cutler", "Hatter", "Weaver", "Ferryman", "Bellringer", "Goldsmith", "Printer", "Ropemaker", "Miller",
)  # fmt: skip
_OLD = (
    "Lantern", "Candle", "Pepper", "Saffron", "Magpie", "Swan", "Rose", "Silver", "Cloister", "Well", "Vine", "Copper", "Mint",
    "Honey", "Anchor", "Clock", "Ivy", "Lark", "Fox", "Plum", "Thyme", "Wren", "Bell", "Goose", "Salt", "Straw", "Quill",
)  # fmt: skip
_TREES = (
    "Alder", "Ash", "Beech", "Birch", "Cedar", "Chestnut", "Elm", "Hawthorn", "Hazel", "Holly", "Juniper", "Larch", "Laurel",
    "Lime", "Maple", "Oak", "Poplar", "Rowan", "Sycamore", "Walnut", "Willow", "Yew",
)  # fmt: skip
_ENDINGS = {
    "primary": ("Avenue", "Boulevard"),
    "secondary": ("Avenue", "Road"),
    "tertiary": ("Road", "Street", "Parade"),
    "residential": ("Street", "Street", "Road", "Street", "Lane", "Terrace", "Way", "Grove"),
    "path": ("Lane", "Steps", "Passage", "Row", "Court"),
}
KINDS: dict[str, tuple[float, float, tuple[str, ...]]] = {
    "restaurant": (0.40, 14.0, (
        "Trattoria {w}", "The {o} Table", "{o} & {t}", "Casa {w}", "{w} Grill", "Noodles at {w}", "The {t} Room", "Taverna {w}",
        "{f}'s Kitchen", "Curry House {w}", "Sushi {w}", "{w} Dumplings", "Bistro {f}", "Pizzeria {f}", "The {o} Ladle")),
    "fast_food": (0.16, 8.0, (
        "{f}'s Burgers", "Taco {w}", "{o} Falafel", "Wrap & {o}", "{f}'s Fried Chicken", "Kebab {w}", "Slice of {w}")),
    "cafe": (0.11, 6.0, ("Café {w}", "{o} Coffee", "The {t} Cup", "{f} & {f2} Coffee", "Café {f}")),
    "grocery": (0.11, 8.0, ("{w} Market", "{f}'s Corner Shop", "{o} Grocers", "Daily {w}")),
    "bakery": (0.08, 5.0, ("{f}'s Bakery", "{o} Bakehouse", "Bakery {w}", "The {t} Oven")),
    "pharmacy": (0.06, 4.0, ("{w} Pharmacy", "{o} Chemist", "Pharmacy {f}")),
    "florist": (0.04, 8.0, ("{t} Flowers", "{f}'s Florist", "{o} & Petal")),
    "butcher": (0.04, 6.0, ("{f} & Sons Butchers", "{w} Butchers")),
}  # fmt: skip
"""Kind of merchant: share of all, usual preparation in minutes, templates of names."""
_FIRST = (
    "Ada", "Bruno", "Carla", "Dario", "Edda", "Farid", "Greta", "Hana", "Ivo", "Jonas", "Kemal", "Lina", "Mina", "Nadia",
    "Petra", "Quentin", "Rosa", "Samir", "Tilda", "Ugo", "Vera", "Wanda", "Yusuf", "Zora", "Aldo", "Bea", "Cyril", "Emil",
)  # fmt: skip


class Namer:
    """Gives each name once, from the generator alone."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def street(self, road_class: str, *, old: bool = False) -> str:
        """A street of a class of `ROAD_CLASSES`; ``old`` draws on trades and shop signs."""
        endings = _ENDINGS.get(road_class, _ENDINGS["residential"])
        while True:
            ending = self._one(endings)
            draw = self._rng.random()
            if old:
                word = f"{self._one(_TRADES)}s'" if draw < 0.4 else self._one(_OLD)
                ending = self._one(("Lane", "Row", "Street", "Alley", "Yard", "Gate"))
                if draw > 0.75:
                    word = self._word()
            else:
                word = self._one(_TREES) if draw < 0.06 else f"Saint {self._one(_FIRST)}" if draw < 0.1 else self._word()
            if self._fresh(name := f"{word} {ending}"):
                return name

    def park(self) -> str:
        while True:
            word = self._one(_TREES) if self._rng.random() < 0.4 else self._word()
            if self._fresh(name := f"{word} {self._one(('Park', 'Green', 'Gardens', 'Common'))}"):
                return name

    def merchant(self, kind: str) -> str:
        while True:
            name = self._one(KINDS[kind][2]).format(
                w=self._word(), o=self._one(_OLD), t=self._one(_TREES), f=self._one(_FIRST), f2=self._one(_FIRST)
            )
            if self._fresh(name):
                return name

    def _word(self) -> str:
        return self._one(_HEADS) + self._one(_TAILS)

    def _one(self, choices: tuple[str, ...]) -> str:
        return choices[int(self._rng.integers(len(choices)))]

    def _fresh(self, name: str) -> bool:
        fresh = name not in self._used
        self._used.add(name)
        return fresh
