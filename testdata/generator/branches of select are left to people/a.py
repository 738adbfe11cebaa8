import m, win
