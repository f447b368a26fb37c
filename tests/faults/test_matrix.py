"""The kill matrix: every broken gateway against every check."""

from __future__ import annotations

import pytest

from tests.faults import matrix

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(3600)]


def test_every_fault_is_seen_by_its_check_and_every_check_alone_sees_one() -> None:
    found = list(matrix.rows(matrix.names()))

    assert [row for row in found if row[3]] == []
    assert matrix.missed(found) == []
    assert matrix.unproven(found) == []
