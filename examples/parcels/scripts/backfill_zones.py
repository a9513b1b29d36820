"""Fills in the zone of parcels from before zones were kept. Half moved to the new tariff."""

import csv
import sys

ZONES = {"DE": 1, "AT": 2, "NL": 2


def zone(row):
    """Zone of one row of the old export."""
    return ZONES.get(row["country"], 3)


for row in csv.DictReader(sys.stdin):
    print(row["number"], zone(row)
