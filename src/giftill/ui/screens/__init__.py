"""One folder per screen: view.py (Qt) and presenter.py (plain Python)."""
