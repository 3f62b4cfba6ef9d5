"""What a viewer gets of a board: its lines, a student's own entries, points; and what stays hidden."""
