"""Names of made-up people."""

from __future__ import annotations

import numpy as np

FIRST = (
    "Ada", "Amina", "Ana", "Andrei", "Anton", "Aylin", "Bea", "Bogdan", "Bruno", "Carla", "Cem", "Chidi", "Clara", "Dana",
    "Dario", "Diego", "Dina", "Elif", "Elio", "Emeka", "Emil", "Erik", "Eva", "Farid", "Fatou", "Femi", "Freya", "Gabriel",
    "Goran", "Greta", "Hana", "Hugo", "Ida", "Ilya", "Inês", "Ines", "Ivo", "Jakub", "Jana", "Jonas", "Josip", "Julia",
    "Kaito", "Karim", "Kofi", "Lara", "Lea", "Leon", "Liam", "Lina", "Luca", "Luisa", "Malik", "Marek", "Maria", "Marta",
    "Mateo", "Mei", "Mila", "Milan", "Nadia", "Naomi", "Niko", "Noor", "Olga", "Omar", "Oskar", "Paula", "Pavel", "Petra",
    "Priya", "Quinn", "Rafael", "Rana", "Ravi", "Rosa", "Ruben", "Salma", "Samir", "Sara", "Selma", "Simon", "Sofia",
    "Stella", "Tariq", "Teo", "Tess", "Tomás", "Uma", "Vera", "Viktor", "Wanda", "Yara", "Yusuf", "Zahra", "Zoran",
)  # fmt: skip
LAST = (
    "Abebe", "Adler", "Almeida", "Andersen", "Aydin", "Bakker", "Baran", "Becker", "Berg", "Bianchi", "Blanc", "Bondar",
    "Braga", "Brandt", "Castro", "Chen", "Costa", "Cruz", "Dahl", "Demir", "Diallo", "Dias", "Duarte", "Eklund", "Esposito",
    "Farkas", "Ferri", "Fischer", "Fontana", "Frank", "Garcia", "Greco", "Haas", "Haddad", "Hansen", "Horvat", "Ibarra",
    "Ito", "Ivanov", "Jansen", "Kaya", "Keita", "Khan", "Klein", "Kovač", "Kraus", "Kumar", "Lang", "Larsen", "Leite",
    "Lindt", "Lopes", "Mancini", "Marin", "Mensah", "Meyer", "Moreau", "Morin", "Nagy", "Ndiaye", "Novak", "Nunes",
    "Okafor", "Olsen", "Oliva", "Park", "Pereira", "Petrov", "Popa", "Quist", "Ramos", "Ricci", "Rossi", "Roth", "Sahin",
    "Santos", "Sato", "Silva", "Singh", "Soares", "Sousa", "Steiner", "Tanaka", "Toth", "Traoré", "Unger", "Vega", "Vidal",
    "Vogel", "Weber", "Wolff", "Yilmaz", "Zanetti", "Zimmer",
)  # fmt: skip


def people(count: int, rng: np.random.Generator) -> list[str]:
    """So many names, no two alike as long as there are enough of them."""
    pairs = len(FIRST) * len(LAST)
    drawn = rng.permutation(pairs)
    return [f"{FIRST[k % len(FIRST)]} {LAST[k // len(FIRST)]}" for k in (int(drawn[i % pairs]) for i in range(count))]
