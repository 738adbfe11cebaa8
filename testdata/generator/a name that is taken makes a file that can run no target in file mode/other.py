import by_hand
