import aa.x
