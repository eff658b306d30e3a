"""What a run found, written down: JSON for programs, Markdown and a chart for people."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks import chart, layouts
from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Figure, Measured

RESULTS = layouts.FOLDER / "results"
DOCS = layouts.FOLDER.parent / "docs"

NAMED = (
    *("fanout_50", "fanout_200", "fanout_1000", "rooms_200x5", "openloop_200"),
    *("latency_p50", "latency_p99", "connects", "idle_kb_1000", "idle_kb_5000"),
    *("history_10k", "history_1m", "sync_10k", "sync_1m"),
)
TITLES = {
    "fanout_50": "deliveries/s, one room of 50",
    "fanout_200": "deliveries/s, one room of 200",
    "fanout_1000": "deliveries/s, one room of 1,000",
    "rooms_200x5": "deliveries/s, 200 rooms of 5",
    "one_in_flight_200": "deliveries/s, one message in flight into 200",
    "openloop_200": "messages/s into 200, evenly spaced, p99 ≤ 50 ms",
    "latency_p50": "p50 ms, 20 messages/s into 200, FULL",
    "latency_p99": "p99 ms, the same, FULL",
    "latency_p50_normal": "p50 ms, the same, NORMAL",
    "latency_p99_normal": "p99 ms, the same, NORMAL",
    "mixed_5000_p99": "p99 ms, 5,000 connections, 500 messages/s over 500 rooms, NORMAL",
    "connects": "connections/s",
    "idle_kb_1000": "kB per idle connection, 1,000",
    "idle_kb_5000": "kB per idle connection, 5,000",
    "history_10k": "ms, page of 50 of 10 thousand messages",
    "history_1m": "ms, page of 50 of 1 million messages",
    "sync_10k": "ms, catch-up of 200 of 10 thousand messages",
    "sync_1m": "ms, catch-up of 200 of 1 million messages",
    "growth_10": "µs of the server a delivery, room of 10",
    "growth_50": "µs of the server a delivery, room of 50",
    "growth_200": "µs of the server a delivery, room of 200",
    "growth_1000": "µs of the server a delivery, room of 1,000",
    "growth_5000": "µs of the server a delivery, room of 5,000",
}
INTRODUCTION = """\
# How fast Parlor is

Parlor is measured as it is run: accounts and tokens in its database, membership checked, the log written, a message
acknowledged after its commit. Its peers are minimal servers, written as their documentation writes a chat: a signed
token, one INSERT a message into SQLite, told to the room, acknowledged. They do less than Parlor does.

- Throughput: Parlor with `synchronous=FULL` (an acknowledged message survives a power cut), peers with NORMAL. Latency
  is shown at both levels, the same for everybody.
- *Node ws, coalescing* uses Parlor's own technique on bare frames: what it wins is technique and not platform. *C* is
  the limit of what the kernel and SQLite leave possible on one core, by the same technique.
- The closed loop (40 messages in flight) is the best case of coalescing; messages that come evenly spaced are its
  worst, and have a line of their own.
- One core for the server and one for the load, loopback, no TLS. Every message is counted at every member: a run in
  which one is missing, twice or out of order fails, and no figure of it is used.
- Median, and in parentheses the lowest and the highest. Ratios are medians of the ratios within one repetition, turned
  so that more than 1 is better for Parlor.
"""


def write(measured: Measured, conditions: dict[str, str], failures: list[str], *, publish: bool) -> None:
    """Write benchmarks/results/, and docs/performance.md with its chart when `publish` says so."""
    RESULTS.mkdir(exist_ok=True)
    latest = {"points": named_figures(measured)}
    (RESULTS / "latest.json").write_text(json.dumps(latest, indent=1, ensure_ascii=False) + "\n")
    everything = {"conditions": conditions, "failures": failures, "values": measured.values}
    (RESULTS / "runs.json").write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n")
    text, picture = markdown(measured, conditions, failures), chart.draw(measured)
    (RESULTS / "latest.md").write_text(text)
    (RESULTS / "latest.svg").write_text(picture)
    if publish:
        (DOCS / "performance.md").write_text(text)
        (DOCS / "images" / "performance.svg").write_text(picture)
    print(text)


def named_figures(measured: Measured) -> dict[str, dict[str, Figure]]:
    """The points that other programs read, by point and contender; what was not measured is not there."""
    found: dict[str, dict[str, Figure]] = {}
    for point in NAMED:
        for name in CONTENDERS:
            figure = measured.figure(point, name)
            if figure is not None:
                found.setdefault(point, {})[name] = figure
    return found


def markdown(measured: Measured, conditions: dict[str, str], failures: list[str]) -> str:
    """The page about performance."""
    names = [name for name in CONTENDERS if any(name in each for each in measured.values.values())]
    parts = [INTRODUCTION, "![Deliveries a second, by contender](images/performance.svg)\n", "## Figures\n"]
    parts.append(_figures(measured, names))
    others = [name for name in names if name != "parlor"]
    if "parlor" in names and others:
        parts += ["## Parlor against each\n", _ratios(measured, others)]
    parts += ["## Machine and command\n", _table(["", ""], sorted(conditions.items()))]
    if failures:
        parts += ["## What did not work\n", "".join(f"- {each}\n" for each in failures)]
    return "\n".join(parts)


def _figures(measured: Measured, names: Sequence[str]) -> str:
    rows = []
    for point, title in TITLES.items():
        figures = [measured.figure(point, name) for name in names]
        if any(figures):
            rows.append([title, *(cell(figure) for figure in figures)])
    return _table(["median (min–max)", *(CONTENDERS[name].title for name in names)], rows)


def _ratios(measured: Measured, others: Sequence[str]) -> str:
    rows = []
    for point, title in TITLES.items():
        if point not in measured.values:
            continue
        ratios = [measured.ratio(point, "parlor", other) for other in others]
        if any(ratios):
            rows.append([title, *(f"{each.median:.2f}×" if each else "–" for each in ratios)])
    return _table(["ratio", *(CONTENDERS[name].title for name in others)], rows)


def cell(figure: Figure | None) -> str:
    """A figure in a table."""
    if figure is None:
        return "–"
    if figure["runs"] == 1:
        return number(figure["median"])
    return f"{number(figure['median'])} ({number(figure['min'])}–{number(figure['max'])})"


def number(value: float) -> str:
    """Three digits that count, with commas."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
