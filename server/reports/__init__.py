"""What the office prints: empty paper forms, typeset in Thai by typst."""
