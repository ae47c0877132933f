"""Reports what this process does: its log as lines of JSON, and the commands that it runs. Off by default."""
