"""Preflight of any PDF, from wherever it comes, before it goes to the printer."""
