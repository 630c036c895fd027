"""The README's catalogue for every test of intake."""

from __future__ import annotations

import pytest
from intake_town import readme_catalogue

from tidehub.capabilities.intake import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return readme_catalogue()
