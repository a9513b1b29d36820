"""Parcels: tracks parcels, computes shipping prices and tells people where their parcel is."""
