"""Reports: ask the moderators to look at a message, and answer that."""

from app import inputs, oversight, payloads, viewing
from app.actions import reports
from app.api.routes import Route
from app.errors import Conflict, RateLimited
from app.identity import Caller


@Route(
    "POST",
    "/messages/{message_id}/report",
    takes=inputs.NewReport,
    answers=payloads.Reported,
    status=201,
    again=200,
    refuses=(Conflict, RateLimited),
)
def report(
    caller: Caller, message_id: str, asked: inputs.NewReport
) -> payloads.Reported | tuple[payloads.Reported, int]:
    """Ask the moderators to look at a message. Again it answers 200 with the first report."""
    made, again = reports.report(caller.user, message_id, reason=asked.reason)
    drawn = payloads.reported(made)
    return (drawn, 200) if again else drawn


@Route("GET", "/rooms/{room_id}/reports", answers=payloads.Page[payloads.Report])
def index(caller: Caller, room_id: str) -> payloads.Page[payloads.Report]:
    """Reports that nobody answered yet, oldest first, for owners and moderators."""
    found = oversight.reports(caller.user, room_id)
    return {"items": viewing.reports(caller.user, found), "next": None}


@Route(
    "PATCH",
    "/reports/{report_id}",
    takes=inputs.ReportAnswer,
    answers=payloads.Report,
    refuses=(RateLimited,),
)
def close(caller: Caller, report_id: str, asked: inputs.ReportAnswer) -> payloads.Report:
    """Answer every report of a message: leave it, delete it, or remove its author too."""
    [closed] = viewing.reports(caller.user, [reports.close(caller.user, report_id, asked.outcome)])
    return closed
