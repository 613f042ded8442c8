"""The search page: form, result list, scatter, live tail, and what to relax when nothing is found."""
