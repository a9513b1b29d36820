"""Settings of the service."""

import os

DEBUG = True
ALLOWED_HOSTS = ["*"]
SECRET_KEY = "e5InJ59jfhxcdluuS6kWNfU1HU1wQP9P2aoIgdKi"  # invented, like every credential in this example
DATABASE = os.environ.get("PARCELS_DATABASE", "parcels.db")
LABEL_BUCKET = os.environ.get("PARCELS_LABEL_BUCKET", "parcel-labels")
ENVIRONMENT = {"DB_PASSWORD": os.environ.get("DB_PASSWORD", ""), "DB_HOST": os.environ.get("DB_HOST", "db")}
