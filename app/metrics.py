"""What this process measures of itself, as Prometheus reads it."""

from collections.abc import Iterator

from app import hints, log, presence, shedding, sight

Sample = tuple[str, str, float]  # name with labels, type, value


def text() -> str:
    """Everything, one line each. Times in seconds."""
    lines = []
    told: set[str] = set()
    for name, kind, value in _samples():
        family = name.partition("{")[0]
        if family not in told:
            lines.append(f"# TYPE {family} {kind}")
            told.add(family)
        lines.append(f"{name} {value:g}")
    return "\n".join(lines) + "\n"


def _samples() -> Iterator[Sample]:
    yield "parlor_hub_late_seconds_p95", "gauge", shedding.stalls.p95
    yield "parlor_hub_late_seconds_worst", "gauge", shedding.stalls.worst
    yield "parlor_load_level", "gauge", shedding.load.level
    for level in shedding.Level:
        if level:
            name = level.name.lower()
            yield f'parlor_shed_total{{what="{name}"}}', "counter", shedding.load.shed[name]
    yield "parlor_sends_waiting", "gauge", log.waiting()
    yield "parlor_sockets", "gauge", presence.count()
    yield "parlor_blind", "gauge", sight.is_blind()
    for name, count in hints.health().items():
        yield f"parlor_{name}_total", "counter", count
