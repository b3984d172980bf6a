"""The centre's rooms: added, renamed, closed and opened again by a manager."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services.forms import Form, given
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Room


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room by its name; a closed one takes no bookings."""

    id: int
    name: str
    is_open: bool
    version: int


class RoomForm(Form):
    """A room as a form sends it."""

    name: Annotated[str, given("Give the room a name, such as Room 1."), Field(max_length=100)]


def list_rooms(session: CentreSession) -> list[RoomRow]:
    """Return the centre's rooms by name, the open ones first."""
    session.authorize(Act.APPOINTMENT_SEE)
    wanted = select(Room).order_by(col(Room.is_open).desc(), func.lower(col(Room.name)))
    return [
        RoomRow(room.id, room.name, room.is_open, room.version)
        for room in session.execute(wanted.limit(200)).scalars()
    ]


def add_room(session: CentreSession, data: dict[str, str]) -> Room:
    """Add a room; a name that there is already is refused beside its field."""
    session.authorize(Act.ROOM_KEEP)
    room = Room(name=_free_name(session, RoomForm.read(data).name))
    session.add(room)
    session.flush()
    return room


def rename_room(session: CentreSession, room_id: int, data: dict[str, str], *, seen: int) -> Room:
    """Give a room another name; Conflict where somebody changed it since that version."""
    room = locked(session, Room, room_id)
    session.authorize(Act.ROOM_KEEP, room)
    if room.version != seen:
        raise Conflict(theirs={"name": room.name})
    room.name = _free_name(session, RoomForm.read(data).name, but=room.id)
    session.flush()
    return room


def close_room(session: CentreSession, room_id: int) -> Room:
    """Take no more bookings in a room; those that stand keep it."""
    return _turn(session, room_id, is_open=False)


def open_room(session: CentreSession, room_id: int) -> Room:
    """Take bookings in a room again."""
    return _turn(session, room_id, is_open=True)


def _turn(session: CentreSession, room_id: int, *, is_open: bool) -> Room:
    room = locked(session, Room, room_id)
    session.authorize(Act.ROOM_KEEP, room)
    room.is_open = is_open
    session.flush()
    return room


def _free_name(session: CentreSession, name: str, *, but: int = 0) -> str:
    same = select(col(Room.id)).where(
        func.lower(col(Room.name)) == name.lower(), col(Room.id) != but
    )
    if session.execute(same).first() is not None:
        raise Invalid({"name": "There is a room of this name. Choose another."})
    return name
