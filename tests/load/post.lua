-- wrk -s post.lua URL -- FILE: posts the file as JSON.
function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrk.body = file:read("*a")
  file:close()
end
