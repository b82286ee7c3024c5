"""Export: results, codebook and single answers as files that other programs read.

``results`` and ``codebook`` make tables of what was released, ``microdata`` of single answers. The
writers turn any table into CSV, XLSX, JSON, SPSS or a ZIP of all. Nothing here reads a database.
"""
