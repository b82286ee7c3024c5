from itertools import combinations
from math import asin, cos, hypot, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.pictures.sketch import EARTH, SIDES_RTL, Box, Sketch, Spot, projected, sketch

spots = st.lists(
    st.builds(
        Spot,
        name=st.just("A"),
        latitude=st.floats(51.32, 51.36),
        longitude=st.floats(12.38, 12.44),
        share=st.one_of(st.none(), st.floats(0, 1)),
        n=st.just(40),
    ),
    min_size=1,
    max_size=12,
)
CORNERS = [
    Spot(name="south-west", latitude=51.34, longitude=12.40, share=0.0),
    Spot(name="north-east", latitude=51.35, longitude=12.41, share=1.0),
]


def drawn(places: list[Spot]) -> Sketch:
    return sketch(places, [(8, 2.6)] * len(places))


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def haversine(one: Spot, other: Spot) -> float:
    a, b = radians(one.latitude), radians(other.latitude)
    east = radians(one.longitude - other.longitude)
    return 2 * EARTH * asin(sqrt(sin((a - b) / 2) ** 2 + cos(a) * cos(b) * sin(east / 2) ** 2))


@given(spots)
def test_labels_overlap_neither_each_other_nor_a_disc_and_stay_on_the_map(
    places: list[Spot],
) -> None:
    made = drawn(places)
    labels = [marker.label.box for marker in made.markers if marker.label]
    assert not any(overlap(one, other) for one, other in combinations(labels, 2))
    for marker in made.markers:
        x, y, r = marker.x, marker.y, marker.radius
        assert not any(overlap((x - r, y - r, x + r, y + r), box) for box in labels)
        assert 0 <= marker.left <= 100
        assert 0 <= marker.top <= 100
    assert all(min(box) >= 0 and box[2] <= 100 and box[3] <= made.ratio for box in labels)
    assert len(labels) + len(made.unlabelled) == len(places)


@given(spots)
def test_distances_on_the_map_are_those_on_the_ground_by_its_scale(places: list[Spot]) -> None:
    made = drawn(places)
    for one, other in combinations(made.markers, 2):
        metres = hypot(one.x - other.x, one.y - other.y) * made.metres / made.scale
        # a place is put on a whole percent, at most half a percent off on each axis
        snapped = 1.5 * made.metres / made.scale
        assert metres == pytest.approx(haversine(one.spot, other.spot), rel=0.001, abs=snapped)


def test_north_is_up_and_east_is_right_for_every_reader() -> None:
    one, other = drawn(CORNERS).mirrored.markers
    assert one.top > other.top
    assert one.left < other.left


def test_a_larger_share_is_a_larger_and_darker_disc_and_hidden_is_neither() -> None:
    hidden = Spot(name="hidden", latitude=51.345, longitude=12.405)
    none, whole, unknown = drawn([*CORNERS, hidden]).markers
    assert none.radius < whole.radius
    assert (none.shade, whole.shade, unknown.shade) == (1, 4, 0)


def test_places_on_both_sides_of_the_180th_meridian_stay_together() -> None:
    places = [Spot(name=str(x), latitude=-17, longitude=x) for x in (179.999, -179.999)]
    (left, _), (right, _) = projected(places)
    assert right - left == pytest.approx(212.7, abs=0.5)


def test_the_scale_is_a_round_length_that_fits() -> None:
    made = drawn(CORNERS)
    assert made.metres in {100, 200, 500}
    assert 5 < made.scale <= 25


@pytest.mark.parametrize("places", [[], CORNERS[:1], CORNERS[:1] * 3])
def test_few_places_and_places_at_one_spot_make_a_map(places: list[Spot]) -> None:
    made = drawn(places)
    assert made.ratio == 40
    assert len(made.markers) == len(places)


def test_a_crowd_that_leaves_no_room_for_words_is_numbered() -> None:
    made = sketch(CORNERS[:1] * 9, [(16, 5)] * 9)
    assert made.unlabelled
    assert [marker.number for marker in made.markers] == list(range(1, 10))


def test_a_label_far_from_its_disc_is_told() -> None:
    made = sketch(CORNERS[:1] * 12, [(7, 2.6)] * 12)
    assert any(marker.label and marker.label.far for marker in made.markers)


def test_a_reader_from_right_to_left_has_labels_at_the_left_first() -> None:
    (one,) = sketch(CORNERS[:1], [(8, 2.6)], sides=SIDES_RTL).markers
    assert one.label is not None
    assert one.label.side == "w"


def test_a_tall_district_makes_a_tall_map_within_its_edges() -> None:
    tall = [Spot(name="A", latitude=51.3 + n / 50, longitude=12.4) for n in range(4)]
    made = drawn(tall)
    assert made.ratio == 100
    assert all(0 < marker.y < 100 for marker in made.markers)
