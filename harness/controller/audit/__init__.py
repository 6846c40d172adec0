"""Recorded outcomes held against plain Python."""
