import sub.two
