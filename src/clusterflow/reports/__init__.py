"""Reports for people: the standing of an initiative, the reasons for it, and the portfolio."""
