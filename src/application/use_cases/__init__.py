"""What can be asked of Muster: one file each, a frozen request and a class with one `execute`."""
