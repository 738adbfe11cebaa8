import sub.one
