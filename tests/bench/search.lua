-- Each request is another prefix of another word, as it is while somebody types; the words stand in a file, one a line.
local words = {}
for word in io.lines(os.getenv("BENCH_WORDS")) do words[#words + 1] = word end
local path = os.getenv("BENCH_PATH")
local count = 0

function request()
  count = count + 1
  return wrk.format("GET", path .. words[count % #words + 1] .. "&unseen=" .. count)
end

-- wrk itself tells no 95th percentile.
function done(_summary, latency, _requests)
  io.write(string.format("p95 %d\n", latency:percentile(95)))
end
