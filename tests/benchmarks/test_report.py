"""The JSON, the page and the charts that figures become."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import chart, report, sections
from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Measured
from benchmarks.points import POINTS

SVG = "{http://www.w3.org/2000/svg}"
MARKED = "# Mine\n\n<!-- figures: written by make bench -->\nold\n<!-- /figures -->\n\nAlso mine.\n"


def add(found: Measured, point: str, **values: float) -> None:
    """Three repetitions, the second a little higher."""
    for contender, value in values.items():
        for repetition, more in enumerate((0, 0.02, 0.01)):
            found.add(point, contender, repetition, value * (1 + more), POINTS[point].unit)


@pytest.fixture
def measured() -> Measured:
    found = Measured()
    add(found, "fanout_200", parlor=1_000_000, node_socketio=100_000, node_ws_batch=900_000)
    add(found, "latency_p99", parlor=2.0, node_socketio=5.0)
    found.add("one_in_flight_200", "parlor", 0, 100_000, POINTS["one_in_flight_200"].unit)
    return found


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is written to, with pages that have their marks."""
    (tmp_path / "images").mkdir()
    for name, where in (("performance.md", "PERFORMANCE"), ("README.md", "README")):
        (tmp_path / name).write_text(MARKED)
        monkeypatch.setattr(sections, where, tmp_path / name)
    monkeypatch.setattr(sections, "IMAGES", tmp_path / "images")
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    return tmp_path


def test_programs_find_figures_by_point_and_contender(measured):
    found = json.loads(json.dumps(report.named_figures(measured)))
    assert found["fanout_200"]["parlor"] == {
        "unit": "deliveries/s",
        "higher_is_better": True,
        "median": 1_010_000,
        "min": 1_000_000,
        "max": 1_020_000,
        "runs": 3,
    }
    assert found["latency_p99"]["node_socketio"]["higher_is_better"] is False
    assert set(found) == {"fanout_200", "latency_p99"}, "one_in_flight_200 is for the page only"


def test_a_quick_run_writes_results_and_no_page(measured, pages, capsys):
    report.write(measured, {"command": "make bench-quick"}, [], [], publish=False)
    latest = json.loads((pages / "results" / "latest.json").read_text())
    assert list(latest) == ["points"]
    assert latest["points"] == report.named_figures(measured)
    assert (pages / "performance.md").read_text() == (pages / "README.md").read_text() == MARKED
    assert list((pages / "images").iterdir()) == []
    assert "10.00×" in capsys.readouterr().out


def test_a_thorough_run_writes_its_sections_and_nothing_else_of_the_pages(measured, pages, capsys):
    report.write(measured, {"command": "make bench", "processor": "a slow one"}, [], [], publish=True)
    for name in ("performance.md", "README.md"):
        page = (pages / name).read_text()
        assert page.startswith("# Mine\n")
        assert page.endswith("\nAlso mine.\n")
        assert "\nold\n" not in page
        assert "10.00×" in page
        assert "a slow one" in page
    for name in ("performance", "latency"):
        ElementTree.fromstring((pages / "images" / f"{name}.svg").read_text())
    capsys.readouterr()


def test_what_was_kept_is_what_was_measured(measured, pages, capsys):
    report.write(measured, {"command": "make bench"}, ["FastAPI: no"], ["Channels, idle"], publish=False)
    kept, conditions, failures, left_out = report.read(pages / "results" / "runs.json")
    again = report.markdown(kept, conditions, failures, left_out)
    assert again == (pages / "results" / "latest.md").read_text()
    capsys.readouterr()


def test_a_page_without_marks_is_not_written_over(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("# Mine\n")
    with pytest.raises(sections.NoSuchSection):
        sections.replace(page, "figures", "all is fast")
    assert page.read_text() == "# Mine\n"


def test_the_pages_of_this_program_have_their_marks():
    for page, names in (
        (sections.PERFORMANCE, ["figures", "scale", "hostile"]),
        (sections.README, ["figures"]),
    ):
        text = page.read_text()
        for name in names:
            assert re.search(rf"<!-- {name}: .*?-->\n.*?<!-- /{name} -->", text, re.DOTALL), (page, name)


def test_the_page_has_every_figure_its_ratio_and_the_machine(measured):
    page = report.markdown(measured, {"command": "make bench", "processor": "a slow one"}, [], [])
    assert (
        "| deliveries/s, one room of 200 | 1,010,000 (1,000,000–1,020,000) | 101,000 (100,000–102,000) |"
        in page
    )
    assert "| deliveries/s, one room of 200 | 10.00× | 1.11× |" in page
    assert "| deliveries/s, one message in flight into 200 | 100,000 | – | – |" in page
    assert "| processor | a slow one |" in page
    assert "went wrong" not in page
    assert "no time" not in page


def test_the_page_says_what_went_wrong_and_what_is_missing(measured):
    page = report.markdown(measured, {}, ["FastAPI: not everything arrived"], ["Channels, idle"])
    assert "- FastAPI: not everything arrived\n" in page
    assert "no time\n\n- Channels, idle\n" in page


def test_tables_have_as_many_cells_in_every_row(measured):
    for text in (report.markdown(measured, {"a": "b"}, [], []), report.short(measured, {})):
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_the_longest_bar_is_the_most(measured):
    picture = ElementTree.fromstring(chart.throughput(measured))
    widths = [float(bar.get("width", 0)) for bar in picture.iter(f"{SVG}rect")]
    assert widths == [
        chart.BARS,
        pytest.approx(chart.BARS / 10, rel=0.01),
        pytest.approx(chart.BARS * 0.9, rel=0.01),
    ]
    assert [bar.get("class") for bar in picture.iter(f"{SVG}rect")] == ["bar bar--parlor", "bar", "bar"]


def test_everything_drawn_is_inside_the_picture(measured):
    for drawn in (chart.throughput(measured), chart.latency(measured)):
        picture = ElementTree.fromstring(drawn)
        wide, high = (float(picture.get(name, 0)) for name in ("width", "height"))
        for bar in picture.iter(f"{SVG}rect"):
            assert float(bar.get("x", 0)) + float(bar.get("width", 0)) < wide
            assert float(bar.get("y", 0)) + float(bar.get("height", 0)) <= high


def test_the_charts_name_who_was_measured_and_nobody_else(measured):
    told = {text.text for text in ElementTree.fromstring(chart.throughput(measured)).iter(f"{SVG}text")}
    assert {CONTENDERS["parlor"].title, CONTENDERS["node_socketio"].title} <= told
    assert CONTENDERS["fastapi"].title not in told


def test_the_charts_can_be_read_in_the_dark(measured):
    for drawn in (chart.throughput(measured), chart.latency(measured)):
        light, dark = drawn.split("prefers-color-scheme: dark")
        for style in (".paper", "text", ".bar--parlor"):
            assert style in light
            assert style in dark
