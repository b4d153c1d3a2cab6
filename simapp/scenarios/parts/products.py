"""What is on sale on the platform."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from simapp.scenarios.parts.base import Line, Part
from simapp.scenarios.parts.posts import SeedPostPart
from simapp.scenarios.problems import show

MAX_PRODUCTS = 1000


def _check_name(name: str) -> str:
    if not name.strip():
        raise PydanticCustomError("text", "text that is not blank")
    return name


class ProductPart(Part):
    """A product that users can buy."""

    name: Annotated[Line, Field(min_length=1, max_length=80), AfterValidator(_check_name)] = Field(
        description="What it is called; no other product is called so."
    )
    post: SeedPostPart | None = Field(
        default=None, description="A post about it that exists when the run starts; empty for none."
    )


def _different(products: tuple[ProductPart, ...]) -> tuple[ProductPart, ...]:
    names = [product.name for product in products]
    for i, name in enumerate(names):
        if name in names[:i]:
            wrong = {"path": f"{i}.name", "value": show(name), "accepted": "a name that no other product has"}
            raise PydanticCustomError("cross", "", wrong)
    return products


Products = Annotated[tuple[ProductPart, ...], Field(max_length=MAX_PRODUCTS), AfterValidator(_different)]
