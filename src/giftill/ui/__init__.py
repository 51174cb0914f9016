"""The Qt face: windows, screens and everything they are made of."""
