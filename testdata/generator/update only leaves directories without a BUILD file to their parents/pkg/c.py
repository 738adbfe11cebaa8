import sub.b
