"""Intake: records that other systems and managers submit, as events, files or workbooks."""
