"""Things that stand beside the till: scanner, receipt layout, printers."""
