import hand.y
