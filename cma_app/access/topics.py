"""What an open page can be told of: that a list of its centre changed, and nothing it holds.

A topic is told by a trigger on the tables behind the list, `cma_tell_topic('name')`, or
`cma_tell_topic('name', 'column')` where the column holds the one person whom a row concerns.
"""

from enum import StrEnum
from typing import Final

from cma_app.access.acts import Act


class Topic(StrEnum):
    """The lists that tell when they change."""

    REFERRALS = "referrals"
    SIGN_OFFS = "sign_offs"
    EMERGENCY_ACCESS = "access_grants"
    APPOINTMENTS = "appointments"
    MY_DAY = "my_day"


ACT_OF: Final[dict[Topic, Act]] = {
    Topic.REFERRALS: Act.REFERRAL_LIST,
    Topic.SIGN_OFFS: Act.SIGN_OFF_DECIDE,
    Topic.EMERGENCY_ACCESS: Act.ACCESS_SEE,
    Topic.APPOINTMENTS: Act.APPOINTMENT_SEE,
    Topic.MY_DAY: Act.HOME_SEE,
}
"""Who is told: the roles that may see the list. A topic of a person is told to them alone."""

PERSONAL: Final = frozenset({Topic.MY_DAY})
"""Topics whose rows concern one person each: the trigger names the column."""
