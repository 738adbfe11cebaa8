import sub
