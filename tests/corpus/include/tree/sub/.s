subdot
