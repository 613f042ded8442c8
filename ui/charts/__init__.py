"""Figures for plotly.js, built in Python and drawn by static/charts.js."""
