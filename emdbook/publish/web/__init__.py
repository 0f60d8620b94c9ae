"""The web press: the Sphinx extension, lean pages, stylesheets."""
