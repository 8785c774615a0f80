"""Clocks: by when something is due, whether it was in time, and why (SLA-1 to SLA-1e, SLA-4).

A clock is derived, never kept: from the marks that events leave on it, the deadline that was pinned
when it started, and the working time it runs on.

    targets      a start, a target and pauses become a due time
    periods      what is due once in every period
    marks        what happens to a clock, read off the events that its deadline names
    life         the marks in their order: the targets that held, the pauses, the end
    clock        a life read at a moment: state, due time, misses, levels
    explanation  the same computation as segments: open, closed, paused
"""
