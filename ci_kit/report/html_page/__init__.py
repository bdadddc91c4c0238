"""One HTML page of a run, in a file that needs no other file and no network.

``page.py`` puts it together. The other modules make what it shows. ``templates/html_page/`` has its markup,
its style and its scripts.
"""
