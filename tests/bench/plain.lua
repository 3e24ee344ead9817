-- One path, again and again.
-- wrk itself tells no 95th percentile.
function done(_summary, latency, _requests)
  io.write(string.format("p95 %d\n", latency:percentile(95)))
end
