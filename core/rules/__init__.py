"""Provider rules: conditions and actions read from data, evaluated, checked and tried out. Pure; nothing here has a clock."""
