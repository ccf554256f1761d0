"""Medians of documents of one shape."""

import statistics


def medians(documents):
    """The median of each number; whatever else there is, as in the first document."""
    first = documents[0]
    if isinstance(first, dict):
        return {name: medians([document[name] for document in documents]) for name in first}
    if isinstance(first, (int, float)):
        return statistics.median(documents)
    return first
