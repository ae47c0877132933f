"""What people read: where an initiative stands, why, and the portfolio beside each other."""
