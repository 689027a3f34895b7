std = 'lua51'
read_globals = { 'redis', 'KEYS', 'ARGV', 'cmsgpack', 'cjson', 'bit', TS = { other_fields = true } }
max_line_length = 160
