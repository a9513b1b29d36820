"""Circles in a graph of imports: knots of modules that all reach each other, and the shortest way round."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence

Graph = Mapping[str, Collection[str]]


def knots(graph: Graph) -> list[list[str]]:
    """Strongly connected components with at least two members, sorted (Tarjan 1972, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(graph):
        if start in order:
            continue
        work = [(start, iter(sorted(graph[start])))]
        _enter(start, order, low, stack, on_stack)
        while work:
            node, followers = work[-1]
            follower = next(followers, None)
            if follower is None:
                work.pop()
                _leave(node, work[-1][0] if work else None, order, low, stack, on_stack, found)
            elif follower not in order:
                _enter(follower, order, low, stack, on_stack)
                work.append((follower, iter(sorted(graph.get(follower, ())))))
            elif follower in on_stack:
                low[node] = min(low[node], order[follower])
    return sorted(found)


def _enter(
    node: str, order: dict[str, int], low: dict[str, int], stack: list[str], on_stack: set[str]
) -> None:
    order[node] = low[node] = len(order)
    stack.append(node)
    on_stack.add(node)


def _leave(
    node: str,
    above: str | None,
    order: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    on_stack: set[str],
    found: list[list[str]],
) -> None:
    if above is not None:
        low[above] = min(low[above], low[node])
    if low[node] != order[node]:
        return
    members = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        members.append(member)
        if member == node:
            break
    if len(members) > 1:
        found.append(sorted(members))


def shortest_circle(graph: Graph, members: Sequence[str]) -> list[str]:
    """The shortest circle within `members`, from its first module by name on; [] when there is none."""
    inside = frozenset(members)
    best: list[str] = []
    for start in sorted(members):
        circle = _round_trip(graph, inside, start, len(best) - 1 if best else len(inside))
        if circle:
            best = circle
        if len(best) == 2:
            break
    if not best:
        return []
    first = best.index(min(best))
    return best[first:] + best[:first]


def _round_trip(graph: Graph, inside: frozenset[str], start: str, longest: int) -> list[str]:
    """The shortest way from `start` back to it with at most `longest` modules; [] when there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([(start, 1)])
    while waiting:
        node, length = waiting.popleft()
        if length > longest:
            return []
        for follower in sorted(graph.get(node, ())):
            if follower == start:
                way = [node]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if follower in inside and follower not in came_from:
                came_from[follower] = node
                waiting.append((follower, length + 1))
    return []
