// What a browser sees at /.
#pragma once

#include <string_view>

namespace minato {

inline constexpr std::string_view kLandingPage = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Minato</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1b2733 }
  code, td:first-child { font-family: ui-monospace, monospace; font-size: .9em }
  table { border-collapse: collapse; width: 100% }
  td { padding: .35rem .5rem; border-top: 1px solid #d6dee6; vertical-align: top }
  a { color: #0b5cad }
</style>
<h1>Hello, world!</h1>
<p>This is Minato: gRPC services in C++ with their own HTTP and JSON front door. Each answer below comes from a
protobuf RPC, which generated gRPC clients call on the gRPC port.</p>
<table>
  <tr><td><a href="/data">GET /data</a><td>one source, after its simulated delay
  <tr><td><a href="/multiple-data">GET /multiple-data</a><td>two sources at once
  <tr><td><a href="/external-data">GET /external-data</a><td>another HTTP API's bytes
  <tr><td><a href="/retry-data">GET /retry-data</a><td>the third attempt succeeds
  <tr><td><a href="/stock/ACME">GET /stock/ACME</a><td>a quote from the simulated market
  <tr><td><a href="/v1/users">GET /v1/users</a><td>users, with POST, PATCH and DELETE beside it
  <tr><td>POST /send-email, /process-batch, /enqueue-task<td>work for the background
  <tr><td><a href="/v1/tasks">GET /v1/tasks</a><td>how that work is doing
  <tr><td>WebSocket /ws<td>an echo: <code>Message received: …</code>
</table>
</html>
)";

}  // namespace minato
