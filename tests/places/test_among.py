"""Names that look like persons' and lie among the places of a report."""

from collections.abc import Sequence

from shapely.geometry import Point

from mapper.model import Place
from mapper.places.among import MOST_BEARERS, lying_among


class Atlas:
    """Places under their names, far copies of "Common" among them."""

    def __init__(self) -> None:
        spots = {
            "Tasi": [(20.0, 30.0)],
            "Moro": [(20.5, 30.4)],
            "Vael": [(20.2, 30.2)],
            "Far": [(-90.0, 40.0)],
        }
        spots["Common"] = [(20.1, 30.1), *((-10.0 * n, 0.0) for n in range(MOST_BEARERS))]
        self.spots = spots

    def candidates(self, name: str) -> Sequence[Place]:
        return [Place(f"{name}{n}", name, Point(*at)) for n, at in enumerate(self.spots.get(name, []))]


def test_a_rare_name_beside_two_places_of_the_report_is_one_of_them() -> None:
    assert lying_among(Atlas(), ["Tasi", "Moro"], ["Vael", "Far", "Nowhere"]) == {"Vael"}


def test_a_name_that_many_places_bear_lies_anywhere_by_chance() -> None:
    assert lying_among(Atlas(), ["Tasi", "Moro"], ["Common"]) == set()


def test_a_name_alone_has_no_company() -> None:
    assert lying_among(Atlas(), [], ["Vael"]) == set()
    assert lying_among(Atlas(), ["Vael"], ["Vael"]) == set()
    assert lying_among(Atlas(), ["Tasi"], []) == set()
