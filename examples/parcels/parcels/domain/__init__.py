"""Rules of the parcel business; knows neither storage nor the web."""
