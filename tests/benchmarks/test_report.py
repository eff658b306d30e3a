"""The page, the JSON and the chart that figures become."""

import json
from xml.etree import ElementTree

import pytest

from benchmarks import chart, points, report
from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Measured

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def measured() -> Measured:
    found = Measured()
    for repetition in range(3):
        found.add("fanout_200", "parlor", repetition, 1_000_000 + repetition, points.UNITS["fanout_200"])
        found.add("fanout_200", "node_socketio", repetition, 100_000, points.UNITS["fanout_200"])
    found.add("one_in_flight_200", "parlor", 0, 100_000, points.UNITS["one_in_flight_200"])
    return found


def test_programs_find_figures_by_point_and_contender(measured):
    assert json.loads(json.dumps(report.named_figures(measured))) == {
        "fanout_200": {
            "parlor": {
                "unit": "deliveries/s",
                "higher_is_better": True,
                "median": 1_000_000,
                "min": 1_000_000,
                "max": 1_000_000,
                "runs": 3,
            },
            "node_socketio": {
                "unit": "deliveries/s",
                "higher_is_better": True,
                "median": 100_000,
                "min": 100_000,
                "max": 100_000,
                "runs": 3,
            },
        }
    }


def test_the_page_has_every_figure_its_ratio_and_the_machine(measured):
    page = report.markdown(measured, {"command": "make bench", "processor": "a slow one"}, [])
    assert (
        "| deliveries/s, one room of 200 | 1,000,000 (1,000,000–1,000,000) | 100,000 (100,000–100,000) |"
        in page
    )
    assert "| deliveries/s, one room of 200 | 10.00× |" in page
    assert "| deliveries/s, one message in flight into 200 | 100,000 | – |" in page
    assert "| processor | a slow one |" in page
    assert "What did not work" not in page


def test_the_page_says_what_did_not_work(measured):
    assert "- FastAPI: not everything arrived" in report.markdown(
        measured, {}, ["FastAPI: not everything arrived"]
    )


def test_every_point_has_a_title_and_a_unit():
    assert set(points.UNITS) == set(report.TITLES)
    assert set(report.NAMED) <= set(points.UNITS)


def test_the_longest_bar_is_the_most(measured):
    picture = ElementTree.fromstring(chart.draw(measured))
    widths = {bar.get("class"): float(bar.get("width", 0)) for bar in picture.iter(f"{SVG}rect")}
    assert widths == {"bar bar--parlor": chart.BARS, "bar": pytest.approx(chart.BARS / 10, rel=0.01)}


def test_the_chart_names_who_was_measured_and_nobody_else(measured):
    told = {text.text for text in ElementTree.fromstring(chart.draw(measured)).iter(f"{SVG}text")}
    assert {CONTENDERS["parlor"].title, CONTENDERS["node_socketio"].title} <= told
    assert CONTENDERS["fastapi"].title not in told


def test_the_chart_can_be_read_in_the_dark(measured):
    assert "prefers-color-scheme: dark" in chart.draw(measured)


def test_what_is_written_can_be_read_again(measured, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "DOCS", tmp_path / "docs")
    report.write(measured, {"command": "make bench-quick"}, [], publish=False)
    latest = json.loads((tmp_path / "results" / "latest.json").read_text())
    assert latest["points"]["fanout_200"]["parlor"]["median"] == 1_000_000
    assert not (tmp_path / "docs").exists()
    assert "10.00×" in capsys.readouterr().out


def test_a_thorough_run_writes_the_page_about_performance(measured, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "DOCS", tmp_path)
    (tmp_path / "images").mkdir()
    report.write(measured, {"command": "make bench"}, [], publish=True)
    assert (tmp_path / "performance.md").read_text().startswith("# How fast Parlor is")
    ElementTree.fromstring((tmp_path / "images" / "performance.svg").read_text())
    capsys.readouterr()
