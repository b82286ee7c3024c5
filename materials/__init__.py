"""Printed matter: campaigns, sheets, QR codes, PDFs. May import surveys and translations."""
