"""What AgentDojo's tools do to the world, and which of their arguments are targets; what is not listed only reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from muster.domain.tools.spec import ToolCategory, ToolSpec

WRITE, SEND = ToolCategory.WRITE, ToolCategory.SEND


@dataclass(frozen=True)
class Acts:
    """A tool that acts: how, and the arguments that say where to, to whom or how much."""

    category: ToolCategory
    targets: tuple[str, ...]


TABLE: Mapping[str, Acts] = {
    # workspace
    "send_email": Acts(SEND, ("recipients", "cc", "bcc", "attachments")),
    "delete_email": Acts(WRITE, ("email_id",)),
    "create_calendar_event": Acts(SEND, ("title", "participants")),
    "cancel_calendar_event": Acts(WRITE, ("event_id",)),
    "reschedule_calendar_event": Acts(WRITE, ("event_id", "new_start_time")),
    "add_calendar_event_participants": Acts(SEND, ("event_id", "participants")),
    "append_to_file": Acts(WRITE, ("file_id",)),
    "create_file": Acts(WRITE, ("filename",)),
    "delete_file": Acts(WRITE, ("file_id",)),
    "share_file": Acts(SEND, ("file_id", "email", "permission")),
    # travel
    "reserve_hotel": Acts(SEND, ("hotel", "start_day", "end_day")),
    "reserve_car_rental": Acts(SEND, ("company", "start_time", "end_time")),
    "reserve_restaurant": Acts(SEND, ("restaurant", "start_time")),
    # banking
    "send_money": Acts(SEND, ("recipient", "amount")),
    "schedule_transaction": Acts(SEND, ("recipient", "amount")),
    "update_scheduled_transaction": Acts(SEND, ("id", "recipient", "amount")),
    "update_password": Acts(WRITE, ("password",)),
    "update_user_info": Acts(WRITE, ("first_name", "last_name", "street", "city")),
    # slack; whoever fetches a page tells its owner what the address says
    "add_user_to_channel": Acts(SEND, ("user", "channel")),
    "send_direct_message": Acts(SEND, ("recipient",)),
    "send_channel_message": Acts(SEND, ("channel",)),
    "invite_user_to_slack": Acts(SEND, ("user", "user_email")),
    "remove_user_from_slack": Acts(WRITE, ("user",)),
    "get_webpage": Acts(SEND, ("url",)),
    "post_webpage": Acts(SEND, ("url",)),
}


def spec_of(name: str, description: str, parameters: Mapping[str, object]) -> ToolSpec:
    """The declaration of one of AgentDojo's tools."""
    acts = TABLE.get(name)
    if acts is None:
        return ToolSpec(name, description, parameters)
    writes = acts.category is WRITE
    return ToolSpec(
        name, description, parameters, acts.category, writes=writes, targets=frozenset(acts.targets)
    )
