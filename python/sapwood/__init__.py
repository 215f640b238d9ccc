"""Sapwood: an on-device learning engine for code."""
