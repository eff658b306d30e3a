"""The chart: a panel for each point, a bar for each contender, readable on light and on dark paper."""

from __future__ import annotations

from html import escape

from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Measured

PANELS = {
    "fanout_50": "One room of 50",
    "fanout_200": "One room of 200",
    "fanout_1000": "One room of 1,000",
    "rooms_200x5": "200 rooms of 5",
}
WIDTH, NAMES, BARS = 720, 170, 440
BAR, STEP, PANEL_HEAD, PANEL_FOOT = 14, 20, 34, 14
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #2b2a27 }
.title { font-weight: 600; font-size: 14px }
.value { font-variant-numeric: tabular-nums; fill: #5c5952 }
.bar { fill: #b9b4a8 }
.bar--parlor { fill: #b4532a }
@media (prefers-color-scheme: dark) {
  text { fill: #e8e4da }
  .value { fill: #aaa597 }
  .bar { fill: #6a665c }
  .bar--parlor { fill: #e08a5b }
}
"""


def draw(measured: Measured) -> str:
    """The SVG: deliveries a second at saturation, each panel to its own scale."""
    parts: list[str] = []
    top = 0
    for point, title in PANELS.items():
        bars = [
            (name, figure["median"])
            for name in CONTENDERS
            if (figure := measured.figure(point, name)) is not None
        ]
        if bars:
            parts.append(_panel(f"{title}: deliveries a second", bars, top))
            top += PANEL_HEAD + STEP * len(bars) + PANEL_FOOT
    label = "Deliveries a second at saturation, by server"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" '
        f'role="img" aria-label="{label}">\n<title>{label}</title>\n<style>{STYLE}</style>\n'
        + "".join(parts)
        + "</svg>\n"
    )


def _panel(title: str, bars: list[tuple[str, float]], top: int) -> str:
    most = max(value for _, value in bars) or 1
    lines = [f'<text class="title" x="0" y="{top + 20}">{escape(title)}</text>\n']
    for place, (name, value) in enumerate(bars):
        y = top + PANEL_HEAD + place * STEP
        length = max(1.0, value / most * BARS)
        style = "bar bar--parlor" if name == "parlor" else "bar"
        lines.append(
            f'<text x="{NAMES - 10}" y="{y + 12}" text-anchor="end">{escape(CONTENDERS[name].title)}</text>'
            f'<rect class="{style}" x="{NAMES}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>'
            f'<text class="value" x="{NAMES + length + 6:.1f}" y="{y + 12}">{value:,.0f}</text>\n'
        )
    return "".join(lines)
