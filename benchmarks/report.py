"""What a run found, written down: JSON for programs, Markdown and charts for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks import chart, layouts, sections, targets
from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Figure, Measured
from benchmarks.points import NAMED, POINTS

RESULTS = layouts.FOLDER / "results"
# The README's lines: enough to choose by.
SHORT = {
    "fanout_50": "deliveries/s, one room of 50",
    "fanout_200": "deliveries/s, one room of 200",
    "fanout_1000": "deliveries/s, one room of 1,000",
    "rooms_200x5": "deliveries/s, 200 rooms of 5",
    "openloop_200": "messages/s into 200, evenly spaced, p99 ≤ 50 ms",
    "latency_p50": "p50, 20 messages/s into 200, ms",
    "latency_p99": "p99, the same, ms",
    "connects": "connections/s",
    "idle_kb_5000": "kB per idle connection",
}
BESIDE = ("node_socketio", "node_ws_batch")
ANSWERS = {True: "yes", False: "**no**", None: "–"}


def write(
    measured: Measured,
    conditions: dict[str, str],
    failures: list[str],
    left_out: list[str],
    *,
    publish: bool,
) -> None:
    """Write benchmarks/results/; with `publish` the sections of docs/performance.md and README.md, and the charts."""
    text = markdown(measured, conditions, failures, left_out)
    pictures = {"performance": chart.throughput(measured), "latency": chart.latency(measured)}
    RESULTS.mkdir(exist_ok=True)
    _dump("latest.json", {"points": named_figures(measured)})
    everything = {"conditions": conditions, "failures": failures, "left_out": left_out}
    _dump("runs.json", {**everything, "values": measured.values})
    (RESULTS / "latest.md").write_text(text)
    for name, picture in pictures.items():
        (RESULTS / f"{name}.svg").write_text(picture)
    if publish:
        sections.replace(sections.PERFORMANCE, "figures", text)
        sections.replace(sections.README, "figures", short(measured, conditions))
        for name, picture in pictures.items():
            (sections.IMAGES / f"{name}.svg").write_text(picture)
    print(text)


def read(path: Path) -> tuple[Measured, dict[str, str], list[str], list[str]]:
    """A run as it was kept in runs.json: to write its pages again without measuring."""
    kept = json.loads(path.read_text())
    measured = Measured()
    for point, contenders in kept["values"].items():
        for contender, values in contenders.items():
            for repetition, value in values.items():
                measured.add(point, contender, int(repetition), value, POINTS[point].unit)
    return measured, kept["conditions"], kept["failures"], kept["left_out"]


def named_figures(measured: Measured) -> dict[str, dict[str, Figure]]:
    """The points that other programs read, by point and contender; what was not measured is not there."""
    found: dict[str, dict[str, Figure]] = {}
    for point in NAMED:
        for name in CONTENDERS:
            figure = measured.figure(point, name)
            if figure is not None:
                found.setdefault(point, {})[name] = figure
    return found


def markdown(
    measured: Measured, conditions: dict[str, str], failures: Sequence[str], left_out: Sequence[str]
) -> str:
    """The section of the page about performance."""
    names = [name for name in CONTENDERS if any(name in each for each in measured.values.values())]
    others = [name for name in names if name != "parlor"]
    parts = [
        "![Deliveries a second, by server](images/performance.svg)\n",
        "![Latency, connections and memory, by server](images/latency.svg)\n",
        "### Figures\n\nMedian (lowest–highest).\n",
        _figures(measured, names),
        "### Parlor against each\n\nHow many times better Parlor is: above 1 it wins.\n",
        _ratios(measured, others),
        "### What was wanted\n",
        _targets(measured),
        "### The machine and the command\n",
        sections.table(["", ""], sorted(conditions.items()), right=False),
    ]
    for title, lines in (("What went wrong", failures), ("For which there was no time", left_out)):
        if lines:
            parts += [f"### {title}\n", "".join(f"- {each}\n" for each in lines)]
    return "\n".join(parts)


def short(measured: Measured, conditions: dict[str, str]) -> str:
    """The README's section."""
    rows = []
    for point, title in SHORT.items():
        figure = measured.figure(point, "parlor")
        if figure is not None:
            row = [title, number(figure["median"])]
            for other in BESIDE:
                theirs, ratio = measured.figure(point, other), measured.ratio(point, "parlor", other)
                row += [number(theirs["median"]) if theirs else "–", f"{ratio.median:.2f}×" if ratio else "–"]
            rows.append(row)
    head = ["median", "Parlor"]
    for other in BESIDE:
        head += [CONTENDERS[other].title, "Parlor is better by"]
    reached = [each.reached for each in targets.verdicts(measured)]
    return (
        sections.table(head, rows)
        + f"\nMeasured by `{conditions.get('command', 'make bench')}` on {conditions.get('processor', '?')}, one core "
        "for the server and one for the load. Parlor with all that it does and `synchronous=FULL`; the others are "
        f"minimal servers with NORMAL. Of {len(reached)} targets {reached.count(True)} were reached, "
        f"{reached.count(False)} were not, {reached.count(None)} were not measured: "
        "[docs/performance.md](docs/performance.md).\n\n![Deliveries a second](docs/images/performance.svg)\n"
    )


def _figures(measured: Measured, names: Sequence[str]) -> str:
    rows = []
    for point, (title, _) in POINTS.items():
        figures = [measured.figure(point, name) for name in names]
        if any(figures):
            rows.append([title, *(cell(figure) for figure in figures)])
    return sections.table(["", *(CONTENDERS[name].title for name in names)], rows)


def _ratios(measured: Measured, others: Sequence[str]) -> str:
    rows = []
    for point, (title, _) in POINTS.items():
        ratios = [measured.ratio(point, "parlor", other) for other in others]
        if any(ratios):
            rows.append([title, *(f"{each.median:.2f}×" if each else "–" for each in ratios)])
    return sections.table(["", *(CONTENDERS[name].title for name in others)], rows)


def _targets(measured: Measured) -> str:
    rows = [[wanted, found, ANSWERS[reached]] for wanted, found, reached in targets.verdicts(measured)]
    return sections.table(["target", "measured", "reached"], rows)


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


def _dump(name: str, content: object) -> None:
    (RESULTS / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write(*read(RESULTS / "runs.json"), publish=True)
