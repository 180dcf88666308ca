"""What `--dynamodb-budget` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from stator.testing.ledger import Line, counted, total


def told_costs(costs: Mapping[str, list[Line]], scans_allowed: Set[str]) -> Iterator[str]:
    """A test, below it each place in the code, below that its calls; at the end all tests, and the scans that no mark
    allows."""
    if not costs:
        yield "no test called DynamoDB through the fixtures"
        return
    for test in sorted(costs):
        yield f"{test}  {total(costs[test]).shown()}"
        for site, lines in _by_site(costs[test]).items():
            yield f"  {site}"
            for line in lines:
                yield f"    {line.pattern}  {line.shown()}"
    everything = total(line for lines in costs.values() for line in lines)
    yield f"all {counted(len(costs), 'test')}  {everything.shown()}"
    yield from _unmeant({test: lines for test, lines in costs.items() if test not in scans_allowed})


def _by_site(lines: list[Line]) -> dict[str, list[Line]]:
    sites: dict[str, list[Line]] = {}
    for line in lines:
        sites.setdefault(line.site, []).append(line)
    return sites


def _unmeant(costs: Mapping[str, list[Line]]) -> Iterator[str]:
    places: dict[tuple[str, str], Line] = {}
    for lines in costs.values():
        for line in lines:
            if line.scans:
                key = line.site, line.pattern
                places.setdefault(key, Line(line.site, line.operation, line.table, line.index)).add(line)
    if places:
        yield "scans that no @pytest.mark.dynamodb(scans=...) allows:"
        for (site, pattern), line in sorted(places.items()):
            yield f"  {pattern}  {line.shown()}  at {site}"
