"""Who gets which variant."""

from collections import Counter

from salon.gateway.routing.split import pick

UNITS = [f"user {number}" for number in range(4000)]


def assigned(**weights: float) -> dict[str, str]:
    variants = [(name, weight, None) for name, weight in weights.items()]
    return {unit: pick(variants, split="chat", unit=unit)[0] for unit in UNITS}


def test_variants_share_by_weight() -> None:
    counts = Counter(assigned(old=3, new=1).values())
    assert 0.71 < counts["old"] / len(UNITS) < 0.79


def test_everyone_gets_the_same_variant_again() -> None:
    assert assigned(old=3, new=1) == assigned(new=1, old=3)


def test_a_small_change_of_weights_moves_few_and_only_towards_what_grew() -> None:
    before, after = assigned(old=90, new=10), assigned(old=85, new=15)
    moved = [unit for unit in UNITS if before[unit] != after[unit]]
    assert {after[unit] for unit in moved} == {"new"}
    assert 0.03 < len(moved) / len(UNITS) < 0.07


def test_a_new_variant_takes_from_the_others_and_moves_nobody_between_them() -> None:
    before, after = assigned(a=1, b=1), assigned(a=1, b=1, c=1)
    assert {after[unit] for unit in UNITS if before[unit] != after[unit]} == {"c"}


def test_a_variant_of_weight_zero_gets_nobody() -> None:
    assert set(assigned(old=1, new=0).values()) == {"old"}


def test_two_splits_do_not_share_their_luck() -> None:
    variants = [("a", 1.0, None), ("b", 1.0, None)]
    same = sum(pick(variants, split="x", unit=u)[0] == pick(variants, split="y", unit=u)[0] for u in UNITS)
    assert 0.45 < same / len(UNITS) < 0.55
