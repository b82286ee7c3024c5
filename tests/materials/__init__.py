"""Tests of the printed matter, a module for each module of materials."""
