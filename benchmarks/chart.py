"""The charts: a panel for each point, a bar for each contender, readable on light and on dark paper."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Measured

THROUGHPUT = {
    "fanout_50": "One room of 50: deliveries a second",
    "fanout_200": "One room of 200: deliveries a second",
    "fanout_1000": "One room of 1,000: deliveries a second",
    "rooms_200x5": "200 rooms of 5: deliveries a second",
    "openloop_200": "Evenly spaced into 200, p99 at most 50 ms: messages a second",
}
LATENCY = {
    "latency_p50": "Median latency in ms, 20 messages a second into 200, FULL: less is better",
    "latency_p99": "99 % of deliveries within ms, the same: less is better",
    "mixed_5000_p99": "99 % within ms, 5,000 connections, 500 messages a second: less is better",
    "connects": "Connections a second",
    "idle_kb_5000": "kB per idle connection: less is better",
}
WIDTH, MARGIN, NAMES, BARS = 760, 20, 190, 440
BAR, STEP, PANEL_HEAD, PANEL_FOOT = 14, 20, 34, 14
# The picture brings its own paper: a page's may be dark while the system is set to light.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #2b2a27 }
.paper { fill: #fbfaf7 }
.title { font-weight: 600; font-size: 14px }
.value { font-variant-numeric: tabular-nums; fill: #5c5952 }
.bar { fill: #b9b4a8 }
.bar--parlor { fill: #b4532a }
@media (prefers-color-scheme: dark) {
  text { fill: #e8e4da }
  .paper { fill: #211f1c }
  .value { fill: #aaa597 }
  .bar { fill: #6a665c }
  .bar--parlor { fill: #e08a5b }
}
"""


def throughput(measured: Measured) -> str:
    """The SVG of how much goes through."""
    return draw(measured, THROUGHPUT, "Throughput by server")


def latency(measured: Measured) -> str:
    """The SVG of how long it takes, and what a connection costs."""
    return draw(measured, LATENCY, "Latency, connections and memory by server")


def draw(measured: Measured, panels: Mapping[str, str], label: str) -> str:
    """One panel under the other, each to its own scale; a contender that was not measured has no bar."""
    parts: list[str] = []
    top = MARGIN
    for point, title in panels.items():
        bars = [
            (name, figure["median"])
            for name in CONTENDERS
            if (figure := measured.figure(point, name)) is not None
        ]
        if bars:
            parts.append(_panel(title, bars, top))
            top += PANEL_HEAD + STEP * len(bars) + PANEL_FOOT
    size = f'width="{WIDTH}" height="{top}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" {size} role="img" '
        f'aria-label="{label}">\n<title>{label}</title>\n<style>{STYLE}</style>\n'
        f'<path class="paper" d="M0 0H{WIDTH}V{top}H0z"/>\n' + "".join(parts) + "</svg>\n"
    )


def _panel(title: str, bars: list[tuple[str, float]], top: int) -> str:
    most = max(value for _, value in bars) or 1
    lines = [f'<text class="title" x="{MARGIN}" y="{top + 20}">{escape(title)}</text>\n']
    for place, (name, value) in enumerate(bars):
        y = top + PANEL_HEAD + place * STEP
        length = max(1.0, value / most * BARS)
        style = "bar bar--parlor" if name == "parlor" else "bar"
        told = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        lines.append(
            f'<text x="{NAMES - 10}" y="{y + 12}" text-anchor="end">{escape(CONTENDERS[name].title)}</text>'
            f'<rect class="{style}" x="{NAMES}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>'
            f'<text class="value" x="{NAMES + length + 6:.1f}" y="{y + 12}">{told}</text>\n'
        )
    return "".join(lines)
