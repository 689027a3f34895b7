std = 'lua51'
read_globals = { 'redis', 'KEYS', 'ARGV', 'cmsgpack', 'cjson', 'bit', TS = { other_fields = true } }
max_line_length = 160
-- Names that only generated constants read, and a function that lib/shapes calls only for shapes with a channel.
ignore = { '211/at', '211/start', '221/channel' }
