import m, lin, win
