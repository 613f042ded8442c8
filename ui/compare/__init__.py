"""The comparison page: two traces matched by service and operation path."""
