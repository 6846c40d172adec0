"""The published compatibility table: a static site from the grid. Jinja2 and matplotlib are imported only here."""
