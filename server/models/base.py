"""The declarative base of all rows, and the column types they share."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import BigInteger, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


Id = Annotated[str, mapped_column(String(36))]
IdKey = Annotated[str, mapped_column(String(36), primary_key=True)]
Scope = Annotated[str, mapped_column(String(100))]
Hash = Annotated[str, mapped_column(String(64))]
Millis = Annotated[int, mapped_column(BigInteger)]
Big = Annotated[int, mapped_column(BigInteger)]
Bytes = Annotated[bytes, mapped_column(LargeBinary)]
Words = Annotated[str, mapped_column(Text)]
