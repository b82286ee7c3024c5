"""XLSForm: surveys as workbooks, to exchange them with ODK, KoboToolbox and the like.

What can be written and what is read is told in docs/surveys.md.
"""
