"""Instruments, links, answers, storage and statistics. May import translations."""
