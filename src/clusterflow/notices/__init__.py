"""Notices: to whom (route), in which words (render), by which way (deliver)."""
