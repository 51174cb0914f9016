"""The location selector: which shop this till works for."""
