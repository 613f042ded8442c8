"""Tests; the folders mirror the source, one file per module. A package so that tests can share builders."""
