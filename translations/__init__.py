"""The languages and their texts. Imports nothing else of philos."""
