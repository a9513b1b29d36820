"""What the service does: stores, imports, prints, reports and notifies."""
