"""Pictures of comparisons: pure geometry in percent of a plot, for SVG with labels in HTML.

Nothing is drawn that is not shown as a number: what a comparison hides is None here, and None has
no length. Every picture reads from left to right; ``mirrored`` is the same from right to left.
"""
